/// What does the timeline cost? The CPU time of a hermetric that watches a sleeping job, with a sample every 100 ms and
/// without any: the difference as a share of a core. Colder caches than those of a tight loop are part of the cost.

#include <sys/resource.h>

#include <string>
#include <vector>

#include "bench/support.hpp"

namespace hermetric::bench {
namespace {

constexpr int kJobSeconds = 4;
constexpr int kSamplesASecond = 10;

double cpu_seconds_of_children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// CPU seconds of hermetric and all that it ran.
double cost_of(const char* interval) {
  const double before = cpu_seconds_of_children();
  spawn_and_wait({HERMETRIC_BENCH_HERMETRIC, "exec", "--no-workspace", "--sample", interval, "--", "sleep",
                  std::to_string(kJobSeconds)});
  return cpu_seconds_of_children() - before;
}

void sampling(benchmark::State& state) {
  std::vector<double> differences;
  for (auto _ : state) {
    const double without = cost_of("0"), with = cost_of("100ms");
    differences.push_back(with - without);
    state.SetIterationTime(with);
  }
  const double extra = median(differences);
  state.counters["sample_us"] = 1e6 * extra / (kJobSeconds * kSamplesASecond);
  state.counters["percent_of_core"] = 100 * extra / kJobSeconds;
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  return hermetric::bench::run_benchmarks(argc, argv, [](benchmark::IterationCount spaced) {
    benchmark::RegisterBenchmark("sampling/100ms", hermetric::bench::sampling)
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(spaced > 1 ? 9 : 1);
  });
}
