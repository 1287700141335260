#pragma once

#include <functional>
#include <optional>

#include "isolation/sandbox/sandbox.hpp"
#include "isolation/sys/event.hpp"
#include "isolation/types/limits.hpp"
#include "runner/exec/output.hpp"
#include "runner/exec/timeline.hpp"
#include "runner/exec/verdict.hpp"

namespace hermetric {

/// Watches over one running cell until every process in it is dead: moves its output, samples it, and ends it when a
/// limit of the runner's is reached (SIGTERM to the job's root process, after the grace SIGKILL to all) or the run is
/// cancelled. How far a limit is overshot, without the grace: wall time 1 ms; CPU time 10 ms of all the CPUs the job
/// may use; output what a pipe holds, 64 KiB, which is dropped.
class Supervisor {
 public:
  using OnSample = std::function<void(Duration elapsed, const CgroupSample&)>;

  /// `out` and `err` may be null: then the job writes to descriptors of its own. Everything is borrowed.
  Supervisor(Sandbox& sandbox, const Limits& limits, OutputStream* out, OutputStream* err, const Event& cancel);

  /// Interval of the samples; zero: none.
  void sample_every(Duration interval, OnSample on_sample);

  /// Returns when the cell is dead and its output read to the end.
  Result<Intervention> watch();

  [[nodiscard]] bool output_truncated() const { return truncated_; }
  /// The job's disk cap was used up at some sample, or at the end.
  [[nodiscard]] bool disk_was_full() const { return disk_was_full_; }
  [[nodiscard]] const Timeline& timeline() const { return timeline_; }

 private:
  [[nodiscard]] int next_timeout(Duration now) const;
  void act_on_time(Duration now);
  [[nodiscard]] Duration wall_deadline(Duration now) const;
  void check_wall_time(Duration now);
  void check_cpu_time(Duration now);
  void begin_oom_checks(Duration now);
  void check_oom(Duration now);
  Status pump(OutputStream* stream);
  void intervene(Intervention why, Duration now);
  void kill_all();
  void take_sample(Duration now);

  Sandbox& sandbox_;
  const Limits& limits_;
  OutputStream* out_;
  OutputStream* err_;
  const Event& cancel_;
  OnSample on_sample_;
  Timeline timeline_{Duration::zero()};
  std::optional<Duration> next_sample_, wall_deadline_, next_cpu_check_, next_oom_check_, kill_at_;
  Duration last_oom_check_{};
  Intervention intervention_ = Intervention::kNone;
  std::uint64_t output_bytes_ = 0;
  bool truncated_ = false;
  bool killed_ = false;
  bool disk_was_full_ = false;
};

}  // namespace hermetric
