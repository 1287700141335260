/// How many jobs a second do 1, 2, 4 and 8 workers get done? `hermetric run --jobs N` without its start, against as
/// many bare loops at once, and bubblewrap (which has no groups, no overlay, no filter and no report) under xargs -PN.

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <memory>
#include <sstream>

#include "bench/bench_job.hpp"
#include "bench/floor_host.hpp"
#include "bench/support.hpp"
#include "runner/compose/peers.hpp"
#include "runner/compose/pipeline_run.hpp"
#include "runner/compose/session.hpp"
#include "runner/job/resolve.hpp"

namespace hermetric::bench {
namespace {

constexpr std::array<unsigned, 4> kWorkers = {1, 2, 4, 8};

class Bench {
 public:
  explicit Bench(unsigned jobs)
      : session_(need(Session::open(std::nullopt))),
        floor_(session_->host(), need(resolve(bench_job(work_), session_->facts_for(bench_job(work_))))) {
    for (unsigned i = 0; i < jobs; ++i) pipeline_.jobs.push_back(bench_job(work_, "job" + std::to_string(i)));
    const std::vector<Peer> peers = peers_for(work_.program(), "/", work_.path());
    for (const Peer& peer : peers)
      if (peer.name == "bwrap" && is_installed(peer)) bwrap_ = peer.command;
  }

  [[nodiscard]] std::vector<Rounds::Contender> contenders(unsigned workers) {
    std::vector<Rounds::Contender> all = {{"hermetric", [=, this] { return hermetric(workers, true); }},
                                          {"no_pool", [=, this] { return hermetric(workers, false); }}};
    if (floor_.fits()) all.push_back({"bare", [=, this] { return bare(workers); }});
    if (!bwrap_.empty()) all.push_back({"bwrap", [=, this] { return bwrap(workers); }});
    return all;
  }

  /// `hermetric run` beside itself, one worker first: "to_workers_2" is what the second brings.
  [[nodiscard]] std::vector<Rounds::Contender> worker_counts() {
    std::vector<Rounds::Contender> all;
    for (const unsigned workers : kWorkers)
      all.push_back({"workers_" + std::to_string(workers), [=, this] { return hermetric(workers, true); }});
    return all;
  }

  [[nodiscard]] double jobs() const { return static_cast<double>(pipeline_.jobs.size()); }

 private:
  Sample hermetric(unsigned workers, bool pool) {
    PipelineOptions options{.report_directory = reports_.path() + "/" + std::to_string(++reports_made_),
                            .max_parallel = workers};
    options.pool = pool;
    return time_of([&] {
      std::ostringstream shown;
      const auto summary = need(PipelineRun::run(*session_, pipeline_, options, shown, Style{}));
      if (!summary.success()) give_up("a job failed: " + shown.str());
    });
  }

  /// In processes of their own, for a bare cell has static stacks.
  Sample bare(unsigned workers) {
    return time_of([&] {
      std::vector<pid_t> loops(workers);
      for (pid_t& loop : loops) {
        loop = ::fork();
        if (loop != 0) continue;
        bare_times times{};
        for (std::size_t i = 0; i < pipeline_.jobs.size() / workers; ++i) floor_.run(times);
        ::_exit(0);
      }
      for (const pid_t loop : loops) {
        int status = 0;
        if (loop < 0 || ::waitpid(loop, &status, 0) != loop || status != 0) give_up("a bare loop failed");
      }
    });
  }

  Sample bwrap(unsigned workers) {
    std::string command = "seq " + std::to_string(pipeline_.jobs.size()) + " | xargs -n1 -P" + std::to_string(workers);
    for (const std::string& word : bwrap_) command += " " + word;
    return time_of([&] { spawn_and_wait({"/bin/sh", "-c", command}); });
  }

  WorkDirectory work_, reports_;
  unsigned reports_made_ = 0;  ///< one a round: to write over an old one would cost its removal
  std::unique_ptr<Session> session_;
  FloorHost floor_;
  Pipeline pipeline_;
  std::vector<std::string> bwrap_;
};

/// A round is a batch of jobs; the counters are times of batches, so the ratios are those of seconds a job.
void measure(benchmark::State& state, const Bench& bench, std::vector<Rounds::Contender> contenders) {
  Rounds rounds(std::move(contenders));
  for (auto _ : state) state.SetIterationTime(rounds.run());
  rounds.report(state);
  state.counters["jobs_per_second"] = bench.jobs() / median(rounds.samples(0));
}

void add_benchmarks(Bench& bench, benchmark::IterationCount rounds) {
  const auto add = [&](const char* name, auto contenders) {
    return benchmark::RegisterBenchmark(name,
                                        [&bench, contenders](auto& state) { measure(state, bench, contenders(state)); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(rounds);
  };
  auto* beside_others = add("throughput", [&](const benchmark::State& state) {
    return bench.contenders(static_cast<unsigned>(state.range(0)));
  });
  beside_others->ArgName("workers");
  for (const unsigned workers : kWorkers) beside_others->Arg(workers);
  add("throughput/scaling", [&](const benchmark::State&) { return bench.worker_counts(); });
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::unique_ptr<hermetric::bench::Bench> bench;
  return hermetric::bench::run_benchmarks(argc, argv, [&](benchmark::IterationCount spaced) {
    constexpr unsigned kJobs = 200, kJobsInSmoke = 16;  // as many for each worker
    constexpr benchmark::IterationCount kRounds = 9;
    const bool smoke = spaced == 1;
    bench = std::make_unique<hermetric::bench::Bench>(smoke ? kJobsInSmoke : kJobs);
    hermetric::bench::add_benchmarks(*bench, smoke ? 1 : kRounds);
  });
}
