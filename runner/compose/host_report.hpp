#pragma once

#include <optional>

#include "reports/model/report.hpp"
#include "runner/sched/admission.hpp"

namespace hermetric {

/// The host as it is now: what it can do, how it is set, what it is busy with, and warnings of what makes figures vary.
/// Takes a millisecond or so, more on large machines: for doctor and for a report that was asked for.
HostReport look_at_host();

/// The CPU time of the jobs of a run, as far as it is known of each of them.
class JobsCpu {
 public:
  void add(const JobReport& job);
  [[nodiscard]] const std::optional<Duration>& total() const { return total_; }

 private:
  std::optional<Duration> total_ = Duration::zero();
};

/// The second look, `wall` after the first, with warnings of what disturbed the run.
void look_again(HostReport& host, Duration wall, const JobsCpu& jobs);

/// What this host has to give to jobs: the CPUs this process may use and the memory.
Capacity host_capacity();

}  // namespace hermetric
