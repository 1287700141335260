/// How far is a cold job from the least that its system calls cost? The bare loop (bare_loop.h) is the floor, a cold
/// job is what `hermetric run` does for each job, vfork+exec+wait is the same program without any cell.

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <string_view>

#include "bench/bench_job.hpp"
#include "bench/floor_host.hpp"
#include "bench/support.hpp"
#include "runner/compose/session.hpp"
#include "runner/exec/executor.hpp"
#include "runner/job/resolve.hpp"

namespace hermetric::bench {
namespace {

class Bench {
 public:
  Bench()
      : session_(need(Session::open(std::nullopt))),
        job_(bench_job(work_)),
        floor_(session_->host(), need(resolve(job_, session_->facts_for(job_)))) {}

  [[nodiscard]] bool has_floor() const { return floor_.fits(); }

  Sample cold() {
    return time_of([&] {
      report_ = execute(job_, session_->facts_for(job_), {session_->host(), session_->interrupt(), {}}, {});
      if (report_.outcome.status != OutcomeStatus::kPassed) give_up(report_.outcome.reason.value_or("the job failed"));
    });
  }

  Sample bare() {
    return time_of([&] { floor_.run(times_); });
  }

  Sample plain() {
    return time_of([&] { spawn_and_wait({work_.program()}); });
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
  WorkDirectory work_;
  std::unique_ptr<Session> session_;
  JobSpec job_;
  FloorHost floor_;
  JobReport report_;
  bare_times times_{};
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
  add_rounds("cold_job", contenders(bench), spaced);
  if (!bench.has_floor()) {
    std::cerr << "skipped: the bare loop is written for hybrid cgroups\n";
    return;
  }
  benchmark::RegisterBenchmark("cold_job/stages", [&](auto& state) { measure_stages(state, bench); })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
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
