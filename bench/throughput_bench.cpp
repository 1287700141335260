/// How many jobs a second do two workers get done? `hermetric run --jobs 2` without its start, against the bare loop
/// run twice at once, and bubblewrap (which has no groups, no overlay, no filter and no report) under xargs -P2.

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

constexpr unsigned kWorkers = 2;

class Bench {
 public:
  explicit Bench(unsigned jobs)
      : session_(need(Session::open(std::nullopt))),
        floor_(session_->host(), need(resolve(bench_job(work_), session_->facts_for(bench_job(work_))))) {
    for (unsigned i = 0; i < jobs; ++i) pipeline_.jobs.push_back(bench_job(work_, "job" + std::to_string(i)));
    const std::vector<Peer> peers = peers_for(work_.program(), "/", work_.path());
    for (const Peer& peer : peers)
      if (peer.name == "bwrap" && is_installed(peer)) bwrap_ = xargs(peer.command);
  }

  [[nodiscard]] std::vector<Rounds::Contender> contenders() {
    std::vector<Rounds::Contender> all = {{"hermetric", [&] { return hermetric(true); }},
                                          {"no_pool", [&] { return hermetric(false); }}};
    if (floor_.fits()) all.push_back({"bare", [&] { return bare(); }});
    if (!bwrap_.empty()) all.push_back({"bwrap", [&] { return time_of([&] { spawn_and_wait(bwrap_); }); }});
    return all;
  }

 private:
  [[nodiscard]] std::vector<std::string> xargs(const std::vector<std::string>& command) const {
    std::string words;
    for (const std::string& word : command) words += " " + word;
    const std::string workers = std::to_string(kWorkers);
    return {"/bin/sh", "-c", "seq " + std::to_string(pipeline_.jobs.size()) + " | xargs -P" + workers + " -n1" + words};
  }

  Sample hermetric(bool pool) {
    PipelineOptions options{.report_directory = reports_.path() + "/" + std::to_string(++reports_made_),
                            .max_parallel = kWorkers};
    options.pool = pool;
    return time_of([&] {
      std::ostringstream shown;
      const auto summary = need(PipelineRun::run(*session_, pipeline_, options, shown, Style{}));
      if (!summary.success()) give_up("a job failed: " + shown.str());
    });
  }

  /// In processes of their own, for a bare cell has static stacks.
  Sample bare() {
    return time_of([&] {
      std::array<pid_t, kWorkers> workers{};
      for (pid_t& worker : workers) {
        worker = ::fork();
        if (worker != 0) continue;
        bare_times times{};
        for (std::size_t i = 0; i < pipeline_.jobs.size() / kWorkers; ++i) floor_.run(times);
        ::_exit(0);
      }
      for (const pid_t worker : workers) {
        int status = 0;
        if (worker < 0 || ::waitpid(worker, &status, 0) != worker || status != 0) give_up("a bare loop failed");
      }
    });
  }

  WorkDirectory work_, reports_;
  unsigned reports_made_ = 0;  ///< one a round: to write over an old one would cost its removal
  std::unique_ptr<Session> session_;
  FloorHost floor_;
  Pipeline pipeline_;
  std::vector<std::string> bwrap_;
};

/// A round is a batch of jobs; the counters are times of batches, so the ratios are those of seconds a job.
void add_benchmarks(Bench& bench, benchmark::IterationCount rounds) {
  benchmark::RegisterBenchmark("throughput/two_workers", [&](auto& state) { run_rounds(state, bench.contenders()); })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(rounds);
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::unique_ptr<hermetric::bench::Bench> bench;
  return hermetric::bench::run_benchmarks(argc, argv, [&](benchmark::IterationCount spaced) {
    constexpr unsigned kJobs = 200, kJobsInSmoke = 20;
    constexpr benchmark::IterationCount kRounds = 9;
    const bool smoke = spaced == 1;
    bench = std::make_unique<hermetric::bench::Bench>(smoke ? kJobsInSmoke : kJobs);
    hermetric::bench::add_benchmarks(*bench, smoke ? 1 : kRounds);
  });
}
