/// What does a job cost in a run's report, written and read back, in reports of 1, 100 and 10 000 jobs? All jobs of a
/// report are copies of one that ran. Times are those of the whole report by its number of jobs.

#include <string>

#include "bench/bench_job.hpp"
#include "bench/support.hpp"
#include "isolation/sys/files.hpp"
#include "reports/model/report_json.hpp"
#include "reports/model/run_report_writer.hpp"
#include "runner/compose/session.hpp"
#include "runner/exec/executor.hpp"

namespace hermetric::bench {
namespace {

constexpr double kMicroseconds = 1e6;

RunReport report_of_one_job() {
  const WorkDirectory work;
  const auto session = need(Session::open(std::nullopt));
  const JobSpec job = bench_job(work);
  RunReport run = begin_run_report(*session);
  run.jobs = {execute(job, session->facts_for(job), {session->host(), session->interrupt(), {}}, {})};
  end_run_report(run, {});
  if (run.jobs.front().outcome.status != OutcomeStatus::kPassed) give_up("the job failed");
  return run;
}

/// One report, in memory and on disk.
class Report {
 public:
  Report(RunReport one_job, std::size_t jobs, const std::string& directory)
      : run_(std::move(one_job)),
        stored_(directory + "/stored-" + std::to_string(jobs)),
        written_(directory + "/written") {
    run_.jobs.resize(jobs, JobReport(run_.jobs.front()));
    text_ = run_to_json_text(run_);
    need(replace_file(stored_, text_));
  }

  [[nodiscard]] std::size_t jobs() const { return run_.jobs.size(); }

  Sample make_text() const {
    return seconds_a_job([&] { benchmark::DoNotOptimize(run_to_json_text(run_)); });
  }

  /// The rest of what `exec --report` does.
  Sample store_text() const {
    return to_fresh_file([&] { need(replace_file(written_, text_)); });
  }

  /// What `run` does.
  Sample stream() const {
    return to_fresh_file([&] {
      RunReportWriter writer = need(RunReportWriter::create(written_));
      for (const JobReport& job : run_.jobs) need(writer.add(job));
      need(writer.finish(run_));
    });
  }

  Sample read() const {
    return seconds_a_job([&] {
      if (need(run_from_json_text(need(read_file(stored_)))).jobs.size() != jobs()) give_up("jobs are lost");
    });
  }

 private:
  [[nodiscard]] Sample seconds_a_job(const std::function<void()>& action) const {
    return time_of(action) / static_cast<double>(jobs());
  }

  /// `run` removes the report of an earlier run before its jobs begin.
  [[nodiscard]] Sample to_fresh_file(const std::function<void()>& action) const {
    const Sample sample = seconds_a_job(action);
    need(remove_tree(written_));
    return sample;
  }

  RunReport run_;
  std::string stored_, written_;
  std::string text_;
};

using Operation = Sample (Report::*)() const;

/// Counters: "us_of_N", the median microseconds a job in a report of N, and "N_to_1", their ratio to a report of one.
void by_jobs(benchmark::State& state, const std::vector<Report>& reports, Operation operation) {
  std::vector<Rounds::Contender> sizes;
  for (const Report& report : reports) sizes.push_back({"", [&, operation] { return (report.*operation)(); }});
  Rounds rounds(std::move(sizes));
  for (auto _ : state) state.SetIterationTime(rounds.run());
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const std::string jobs = std::to_string(reports[i].jobs());
    state.counters["us_of_" + jobs] = median(rounds.samples(i)) * kMicroseconds;
    if (i > 0) state.counters[jobs + "_to_1"] = median_ratio(rounds.samples(i), rounds.samples(0));
  }
}

void add_benchmarks(const std::vector<Report>& reports, benchmark::IterationCount rounds) {
  const auto add = [&](const char* name, Operation operation) {
    benchmark::RegisterBenchmark(name, [&reports, operation](auto& state) { by_jobs(state, reports, operation); })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond)
        ->Iterations(rounds);
  };
  add("report/make_text", &Report::make_text);
  add("report/store_text", &Report::store_text);
  add("report/stream", &Report::stream);
  add("report/read", &Report::read);
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::unique_ptr<hermetric::bench::WorkDirectory> directory;
  std::vector<hermetric::bench::Report> reports;
  return hermetric::bench::run_benchmarks(argc, argv, [&](benchmark::IterationCount spaced) {
    constexpr std::size_t kMost = 10'000, kMostInSmoke = 1'000;
    constexpr benchmark::IterationCount kRounds = 9;
    const bool smoke = spaced == 1;
    directory = std::make_unique<hermetric::bench::WorkDirectory>();
    const hermetric::RunReport one_job = hermetric::bench::report_of_one_job();
    for (const std::size_t jobs : {std::size_t{1}, std::size_t{100}, smoke ? kMostInSmoke : kMost})
      reports.emplace_back(one_job, jobs, directory->path());
    hermetric::bench::add_benchmarks(reports, smoke ? 1 : kRounds);
  });
}
