#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "isolation/sandbox/spec.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// What the jobs that have not started yet will need, as far as that can be said before they start.
class UpcomingJobs {
 public:
  using Resolve = std::function<std::optional<SandboxSpec>(const JobSpec&)>;

  /// Looks `window` jobs ahead. `resolve` is asked once for each and says nothing for a job that cannot be resolved
  /// now. `pipeline` is borrowed.
  UpcomingJobs(const Pipeline& pipeline, std::size_t window, Resolve resolve);

  /// The job starts, or never will. Thread-safe, and never waits for next(): it stands in the way of a job's exec.
  void gone(const std::string& job);

  /// The needs of the next ones, in the pipeline's order. For one thread.
  std::vector<SandboxSpec> next();

 private:
  [[nodiscard]] std::optional<std::size_t> waiting_from(std::size_t job) const;

  const Pipeline& pipeline_;
  std::size_t window_;
  Resolve resolve_;
  std::map<std::string, std::size_t> numbers_;  ///< of the jobs, by name
  mutable std::mutex mutex_;
  std::set<std::size_t> waiting_;  ///< under the mutex: jobs that may be foreseen, by number, not yet gone
  std::map<std::size_t, std::optional<SandboxSpec>> needs_;  ///< of those in the window; nothing: cannot be resolved
};

}  // namespace hermetric
