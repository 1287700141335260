/// What does a job cost from its release in a prepared cell to its death, beside the same program without any cell?
/// Making the cell is outside the measured time, as it is outside the job's way in `hermetric run`.

#include <chrono>
#include <memory>

#include "bench/bench_job.hpp"
#include "runner/compose/bench_cells.hpp"
#include "runner/compose/session.hpp"

namespace hermetric::bench {
namespace {

class Bench {
 public:
  Bench()
      : session_(need(Session::open(std::nullopt))), cells_(need(BenchCells::create(*session_, bench_job(work_)))) {}

  Sample to_death() { return seconds(need(cells_->from_pool()).to_death); }
  Sample to_end() { return seconds(need(cells_->from_pool()).to_end); }

  Sample plain() {
    return time_of([&] { spawn_and_wait({work_.program()}); });
  }

 private:
  static Sample seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

  WorkDirectory work_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<BenchCells> cells_;
};

void add_benchmarks(Bench& bench, benchmark::IterationCount spaced) {
  const std::vector<Rounds::Contender> contenders = {{"pool", [&] { return bench.to_death(); }},
                                                     {"vfork", [&] { return bench.plain(); }},
                                                     {"pool_to_end", [&] { return bench.to_end(); }}};
  add_rounds("pool", contenders, spaced, true);
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
