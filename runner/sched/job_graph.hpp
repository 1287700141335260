#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "isolation/types/outcome.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// A job that will not run, and why.
struct Skip {
  std::size_t job = 0;
  std::string reason;
};

/// Which jobs of a pipeline may start: a state machine without threads or clocks. Jobs are numbered as in the
/// pipeline, which it borrows and which must be checked: every need exists, no cycles (load_job_file and select_jobs
/// see to that).
///
/// A job's fate is decided when the last of its needs has ended, so that it does not depend on which ended first:
///   when: passed  starts if all needs passed, or failed with `if_failed: continue`
///   when: failed  starts if at least one did not
///   when: always  starts
/// Else it is skipped. A skip because something failed counts as failure for those behind it; a skip because nothing
/// failed (`when: failed` in a good run) does not start other `when: failed` jobs.
class JobGraph {
 public:
  explicit JobGraph(const Pipeline& pipeline);

  /// Jobs that may start, in the pipeline's order.
  [[nodiscard]] const std::set<std::size_t>& ready() const { return ready_; }
  [[nodiscard]] std::size_t running() const { return running_; }
  /// Nothing is running and nothing will become ready.
  [[nodiscard]] bool done() const { return ready_.empty() && running_ == 0; }

  /// Takes a ready job as running.
  void start(std::size_t job);

  /// Ends a running job. Returns the jobs that are skipped because of it, each before those behind it.
  [[nodiscard]] std::vector<Skip> finish(std::size_t job, OutcomeStatus status);

  /// Skips all that has not started.
  [[nodiscard]] std::vector<Skip> skip_rest(const std::string& reason);

 private:
  /// What an ended job means to those behind it.
  enum class Verdict { kNone, kGood, kBad, kIdle };

  struct Node {
    std::vector<std::size_t> needs, dependants;
    std::size_t waiting = 0;  ///< needs that have not ended
    bool started = false;
    Verdict verdict = Verdict::kNone;  ///< kNone until it is known to end so
    OutcomeStatus status = OutcomeStatus::kSkipped;
  };

  void tell_dependants(std::size_t job, std::vector<Skip>& skips);
  void decide(std::size_t job, std::vector<Skip>& skips);
  [[nodiscard]] std::string reason_to_skip(std::size_t job, Verdict verdict) const;

  const Pipeline& pipeline_;
  std::vector<Node> nodes_;
  std::set<std::size_t> ready_;
  std::size_t running_ = 0;
};

}  // namespace hermetric
