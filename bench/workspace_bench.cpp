/// Does it matter to a cold job how large its workspace is? 100 000 files beside none. Target: the upper end of the
/// interval of the paired ratios of set-up time is at most 1.05.

#include <memory>
#include <string>

#include "bench/bench_job.hpp"
#include "bench/support.hpp"
#include "reports/stats/paired.hpp"
#include "runner/compose/session.hpp"
#include "runner/exec/executor.hpp"

namespace hermetric::bench {
namespace {

using Figure = Duration (*)(const JobReport&);

Duration set_up(const JobReport& job) { return job.phases.setup_total; }
Duration whole(const JobReport& job) { return job.phases.setup_total + job.phases.run + job.phases.teardown_total; }

class Bench {
 public:
  explicit Bench(unsigned files) : session_(need(Session::open(std::nullopt))) { add_files(large_.path(), files); }

  /// Besides the counters of Rounds "to_empty_low" and "to_empty_high": the 95 % interval, from six rounds on.
  void compare(benchmark::State& state, Figure figure, std::chrono::milliseconds pause) {
    Rounds rounds(
        {{"large", [&] { return seconds(figure, large_); }}, {"empty", [&] { return seconds(figure, empty_); }}});
    for (auto _ : state) state.SetIterationTime(rounds.run(pause));
    rounds.report(state);
    PairedSample sample;
    sample.a = rounds.samples(1);
    sample.b = rounds.samples(0);
    const PairedComparison found = compare_paired({&sample, 1}).front();
    if (found.ratio_low) state.counters["to_empty_low"] = *found.ratio_low;
    if (found.ratio_high) state.counters["to_empty_high"] = *found.ratio_high;
  }

 private:
  Sample seconds(Figure figure, const WorkDirectory& workspace) {
    const JobSpec job = bench_job(workspace);
    const JobReport report = execute(job, session_->facts_for(job), {session_->host(), session_->interrupt(), {}}, {});
    if (report.outcome.status != OutcomeStatus::kPassed) give_up(report.outcome.reason.value_or("the job failed"));
    return std::chrono::duration<double>(figure(report)).count();
  }

  WorkDirectory empty_, large_;
  std::unique_ptr<Session> session_;
};

void add_benchmarks(Bench& bench, bool smoke) {
  const auto add = [&](const char* name, Figure figure, std::chrono::milliseconds pause, int rounds) {
    benchmark::RegisterBenchmark(name, [&bench, figure, pause](auto& state) { bench.compare(state, figure, pause); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(smoke ? 1 : rounds);
  };
  add("workspace/set_up/tight", set_up, {}, 1000);
  add("workspace/set_up/spaced", set_up, kSpacing, 200);
  add("workspace/job/tight", whole, {}, 1000);
  add("workspace/job/spaced", whole, kSpacing, 200);
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::unique_ptr<hermetric::bench::Bench> bench;
  return hermetric::bench::run_benchmarks(argc, argv, [&](benchmark::IterationCount spaced) {
    const bool smoke = spaced == 1;
    bench = std::make_unique<hermetric::bench::Bench>(smoke ? 1'000 : 100'000);
    hermetric::bench::add_benchmarks(*bench, smoke);
  });
}
