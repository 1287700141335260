/// How far is a cold job from the least that its system calls cost? The bare loop (bare_loop.h) is the floor, a cold
/// job is what `hermetric run` does for each job, vfork+exec+wait is the same program without any cell.

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <string_view>

#include "bench/bare_loop.h"
#include "bench/support.hpp"
#include "isolation/cgroup/block_device.hpp"
#include "isolation/sandbox/confinement.hpp"
#include "isolation/sandbox/sandbox.hpp"
#include "isolation/workspace/skeleton.hpp"
#include "runner/compose/session.hpp"
#include "runner/exec/executor.hpp"
#include "runner/job/resolve.hpp"

namespace hermetric::bench {
namespace {

constexpr Bytes kMemory{512U << 20};
constexpr std::uint64_t kPids = 4096;

JobSpec job_in(const WorkDirectory& work) {
  JobSpec job;
  job.name = "bench";
  job.command = {work.program()};
  job.workspace = work.path();
  job.limits.memory = kMemory;
  job.limits.pids = kPids;
  job.sample = Duration::zero();
  return job;
}

/// The session, and what the bare loop needs of it: the same template, skeleton layer, disk and groups.
class Bench {
 public:
  Bench() : session_(need(Session::open(std::nullopt))), job_(job_in(work_)) {
    const SandboxSpec spec = need(resolve(job_, session_->facts_for(job_)));
    MountTemplate& mounts = session_->host().mounts();
    root_ = mounts.root();
    lower_ = mounts.lower(0);
    cells_ = spec.scratch_parent;
    program_ = work_.program();
    disk_ = spec.io_devices.empty() ? "" : spec.io_devices.front();
    const std::uint32_t first_id = session_->host().outside(0);
    skeleton_ = need(mounts.layer_for(plan_skeleton(spec.skeleton), first_id, first_id));
    for (const std::string& group : session_->host().cgroups().paths_of("x", {spec.limits, spec.io_devices}))
      groups_.push_back(group.substr(0, group.size() - 2));
    filter_ = *need(session_->host().syscall_filters().program(false));
    masked_ = session_->host().masked_paths();
    empty_file_ = mounts.empty_file();
    empty_directory_ = mounts.empty_directory();
    for (const MaskedPath& masked : masked_)
      masks_.push_back({masked.path.c_str(), (masked.is_directory ? empty_directory_ : empty_file_).c_str()});
    floor_.first_id = first_id;
    floor_.capabilities = job_capabilities(job_.user.uid, false);
  }

  /// The bare loop is written for one layout: v1 pids, blkio and memory, and a cgroup2 leaf, in this order.
  [[nodiscard]] bool has_floor() const { return floor_groups().size() == BARE_GROUPS; }

  Sample cold() {
    return time_of([&] {
      report_ = execute(job_, session_->facts_for(job_), {session_->host(), session_->interrupt(), {}}, {});
      if (report_.outcome.status != OutcomeStatus::kPassed) give_up(report_.outcome.reason.value_or("the job failed"));
    });
  }

  Sample bare() {
    return time_of([&] {
      const bare_host host = floor_host();
      if (const char* failed = bare_cell(&host, &times_)) give_up(std::string("bare loop: ") + failed);
    });
  }

  Sample plain() {
    return time_of([&] { spawn_and_wait({program_}); });
  }

  [[nodiscard]] double cold_stage(std::size_t stage) const {
    return static_cast<double>(report_.phases.stages[stage].count());
  }

  /// Since the mark before it, as Sandbox::phases() has it.
  [[nodiscard]] double bare_stage(std::size_t stage) const {
    if (times_.ends[stage] == 0) return 0;
    std::uint64_t last = stage >= kSetupStageCount ? times_.death : times_.began;
    for (std::size_t i = stage >= kSetupStageCount ? kSetupStageCount : 0; i < stage; ++i)
      last = std::max(last, times_.ends[i]);
    return static_cast<double>(times_.ends[stage] - last) / 1e3;
  }

  [[nodiscard]] double cold_run() const { return static_cast<double>(report_.phases.run.count()); }
  [[nodiscard]] double bare_run() const { return static_cast<double>(times_.death - times_.exec) / 1e3; }

 private:
  [[nodiscard]] std::vector<std::string> floor_groups() const {
    std::vector<std::string> found;
    for (const char* name : {"/pids", "/blkio", "/memory", "/unified"})
      for (const std::string& group : groups_)
        if ((group + "/").find(std::string(name) + "/") != std::string::npos) found.push_back(group);
    return found;
  }

  [[nodiscard]] bare_host floor_host() {
    groups_ = floor_groups();
    bare_host host = floor_;
    host.skeleton = skeleton_.c_str();
    host.root = root_.c_str();
    host.lower = lower_.c_str();
    host.cells = cells_.c_str();
    host.workspace = work_.path().c_str();
    host.program = program_.c_str();
    for (std::size_t i = 0; i < groups_.size(); ++i) host.groups[i] = groups_[i].c_str();
    host.disk = disk_.empty() ? nullptr : disk_.c_str();
    host.memory = memory_.c_str();
    host.pids = pids_.c_str();
    host.filter = filter_.data();
    host.filter_length = static_cast<unsigned short>(filter_.size());
    host.masks = masks_.data();
    host.mask_count = static_cast<unsigned>(masks_.size());
    return host;
  }

  WorkDirectory work_;
  std::unique_ptr<Session> session_;
  JobSpec job_;
  JobReport report_;
  bare_host floor_{};
  bare_times times_{};
  std::string skeleton_, root_, lower_, cells_, program_, disk_, empty_file_, empty_directory_;
  SeccompProgram filter_;
  std::vector<MaskedPath> masked_;
  std::vector<bare_mask> masks_;  ///< points into the members above
  std::string memory_ = std::to_string(kMemory.count), pids_ = std::to_string(kPids);
  std::vector<std::string> groups_;
};

std::vector<Rounds::Contender> contenders(Bench& bench) {
  std::vector<Rounds::Contender> all = {{"cold", [&] { return bench.cold(); }},
                                        {"vfork", [&] { return bench.plain(); }}};
  if (bench.has_floor()) all.push_back({"bare", [&] { return bench.bare(); }});
  return all;
}

/// The medians of every stage side by side, in microseconds.
void measure_stages(benchmark::State& state, Bench& bench) {
  std::array<std::vector<double>, kStageCount> cold, bare;
  std::vector<double> cold_run, bare_run;
  for (auto _ : state) {
    state.SetIterationTime(bench.cold());
    bench.bare();
    for (std::size_t stage = 0; stage < kStageCount; ++stage) {
      cold[stage].push_back(bench.cold_stage(stage));
      bare[stage].push_back(bench.bare_stage(stage));
    }
    cold_run.push_back(bench.cold_run());
    bare_run.push_back(bench.bare_run());
  }
  const auto add = [&](std::size_t number, std::string_view name, std::vector<double>& ours,
                       std::vector<double>& floor) {
    const std::string key = std::string(number < 10 ? "0" : "") + std::to_string(number) + "_" + std::string(name);
    state.counters[key + "_cold_us"] = median(ours);
    state.counters[key + "_floor_us"] = median(floor);
  };
  for (std::size_t stage = 0; stage < kStageCount; ++stage)
    add(stage < kSetupStageCount ? stage : stage + 1, kStageNames[stage], cold[stage], bare[stage]);
  add(kSetupStageCount, "run", cold_run, bare_run);
}

void add_benchmarks(Bench& bench, benchmark::IterationCount spaced) {
  const auto tidy = [](auto* registered) { return registered->UseManualTime()->Unit(benchmark::kMillisecond); };
  tidy(benchmark::RegisterBenchmark("cold_job/tight", [&](auto& state) { run_rounds(state, contenders(bench)); }));
  tidy(benchmark::RegisterBenchmark("cold_job/spaced", [&](auto& state) {
    run_rounds(state, contenders(bench), kSpacing);
  }))->Iterations(spaced);
  if (!bench.has_floor()) {
    std::cerr << "skipped: the bare loop is written for hybrid cgroups\n";
    return;
  }
  tidy(benchmark::RegisterBenchmark("cold_job/stages", [&](auto& state) { measure_stages(state, bench); }));
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::unique_ptr<hermetric::bench::Bench> bench;
  return hermetric::bench::run_benchmarks(argc, argv, [&](benchmark::IterationCount spaced) {
    bench = std::make_unique<hermetric::bench::Bench>();
    hermetric::bench::add_benchmarks(*bench, spaced);
  });
}
