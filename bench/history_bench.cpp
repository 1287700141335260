// What does it take to find the change points of a history? Targets: 10 000 values in less than a second, 1 000 series
// of 500 values in less than ten, on one core.

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "bench/support.hpp"
#include "reports/stats/change_points.hpp"

namespace hermetric::bench {
namespace {

using Series = std::vector<double>;

/// Series around 100 with 3 % of noise, by turns white and of more and more alike neighbours, each with `steps` steps
/// of 10 %, up and down in turn.
std::vector<Series> histories(std::size_t count, std::size_t length, std::size_t steps) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  std::vector<Series> all(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double correlation = 0.2 * static_cast<double>(i % 4);
    double noise = 0;
    for (std::size_t k = 0; k < length; ++k) {
      noise = correlation * noise + std::sqrt(1 - correlation * correlation) * normal(random);
      const double level = k * (steps + 1) / length % 2 == 1 ? 110 : 100;
      all[i].push_back(level * std::exp(0.03 * noise));
    }
  }
  return all;
}

void find_in(benchmark::State& state, const std::vector<Series>& all) {
  std::size_t found = 0;
  for (auto _ : state) {
    found = 0;
    for (const Series& series : all) found += find_change_points(series).size();
  }
  state.counters["found"] = static_cast<double>(found);
}

void add_benchmarks() {
  for (const std::size_t steps : {0U, 10U, 100U})
    benchmark::RegisterBenchmark(("history/one_of_10000_values/steps:" + std::to_string(steps)).c_str(),
                                 [=](auto& state) { find_in(state, histories(1, 10'000, steps)); })
        ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("history/1000_of_500_values/steps:2", [](auto& state) {
    find_in(state, histories(1'000, 500, 2));
  })->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  return hermetric::bench::run_benchmarks(argc, argv, [](auto) { hermetric::bench::add_benchmarks(); });
}
