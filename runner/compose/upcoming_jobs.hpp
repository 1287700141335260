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

/// What the jobs that have not started yet will need, as far as that can be said before they start. Thread-safe.
class UpcomingJobs {
 public:
  using Resolve = std::function<std::optional<SandboxSpec>(const JobSpec&)>;
  using Tell = std::function<void(std::vector<SandboxSpec>)>;

  /// Looks `window` jobs ahead. `resolve` is asked once for each and says nothing for a job that cannot be resolved
  /// now; `tell` gets the needs of the next ones, in the pipeline's order, one call at a time. `pipeline` is borrowed.
  UpcomingJobs(const Pipeline& pipeline, std::size_t window, Resolve resolve, Tell tell);

  /// The job starts, or never will: tells what comes next.
  void gone(const std::string& job);

 private:
  const Pipeline& pipeline_;
  std::size_t window_;
  Resolve resolve_;
  Tell tell_;
  std::map<std::string, std::size_t> numbers_;  ///< of the jobs, by name
  std::mutex mutex_;
  std::set<std::size_t> waiting_;             ///< jobs that may be foreseen, by number, not yet gone
  std::map<std::size_t, SandboxSpec> needs_;  ///< of those in the window
};

}  // namespace hermetric
