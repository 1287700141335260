// hermetric killed at any instant: its jobs die with it, what it leaves is swept, and what it wrote can be read.

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "runner/cli/testing/host_state.hpp"

namespace hermetric {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

/// HERMETRIC_KILLS=200 takes more time and looks closer.
unsigned kills() {
  const char* wanted = std::getenv("HERMETRIC_KILLS");
  if (wanted != nullptr) return static_cast<unsigned>(std::atoi(wanted));
  return testing::is_emulated() ? 5 : 40;
}

class Crash : public testing::HostState {
 protected:
  /// Starts `words`, kills it after `delay` and returns its pid.
  pid_t kill_after(microseconds delay, const std::vector<std::string>& words) {
    const pid_t pid = start(words);
    std::this_thread::sleep_for(delay);
    ::kill(pid, SIGKILL);
    (void)finish(pid);
    return pid;
  }

  microseconds time_of(const std::vector<std::string>& words) {
    const auto began = steady_clock::now();
    const Finished done = hermetric(words);
    EXPECT_EQ(done.code, 0) << done.out << done.err;
    return std::chrono::duration_cast<microseconds>(steady_clock::now() - began);
  }

  /// The directory of a report holds a whole report or none, and no temporary file once the next run has used it.
  void expect_no_report_in_halves(const fs::path& report) {
    if (!fs::exists(report)) return;
    EXPECT_FALSE(json::parse(content_of(report), nullptr, false).is_discarded()) << content_of(report);
  }

  static std::vector<std::string> names_in(const fs::path& directory) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory)) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  std::mt19937 random_{std::random_device{}()};
};

// Every kind of thing that outlives a process: groups, uppers, a disk of its own, staged inputs, daemons.
constexpr const char* kPipeline = R"(
jobs:
  make: { command: '(setsid sleep 60 &) ; mkdir -p out; seq 1000 > out/a', artifacts: [ "out/**" ], memory: 64M }
  disk: { command: 'seq 1000 > b; sleep 0.02', disk: 16M, cpus: 1 }
  use: { needs: [make], inputs: [make], command: 'cat out/a > c; sleep 0.02', retries: 1, output_limit: 1M }
)";

TEST_F(Crash, NothingOutlivesARunThatIsKilled) {
  write("ci.yml", kPipeline);
  const std::vector<std::string> run = {"run", "ci.yml", "--report-dir", "rep"};
  (void)time_of(run);
  const microseconds whole = time_of(run);
  for (unsigned i = 0; i < kills(); ++i) {
    const auto before = census(0);
    const microseconds delay(std::uniform_int_distribution<microseconds::rep>(0, whole.count())(random_));
    const pid_t runner = kill_after(delay, run);
    const auto when = "killed after " + std::to_string(delay.count()) + " of " + std::to_string(whole.count()) + " us";
    EXPECT_TRUE(orphans_have_ended()) << when;
    expect_no_report_in_halves(work() / "rep/report.json");
    const Finished swept = hermetric({"gc"});
    EXPECT_EQ(swept.code, 0) << when << swept.err;
    EXPECT_EQ(added(before, census(runner)), "") << when;
    if (HasFailure()) return;
  }
  const Finished next = hermetric(run);
  EXPECT_EQ(next.code, 0) << next.out << next.err;
  (void)checked_report(work() / "rep/report.json");
  EXPECT_EQ(names_in(work() / "rep"), (std::vector<std::string>{".hermetric", "artifacts", "jobs", "report.json"}));
}

TEST_F(Crash, AHistoryStaysReadable) {
  const Finished made = hermetric({"exec", "--report", path("report.json"), "--", "true"});
  ASSERT_EQ(made.code, 0) << made.err;
  const std::vector<std::string> add = {"history",   "add",    path("report.json"), "--db", path("history.db"),
                                        "--project", "p",      "--branch",          "main", "--commit",
                                        "c",         "--time", "@1700000000"};
  const microseconds whole = time_of(add);
  for (unsigned i = 0; i < kills() / 2; ++i) {
    (void)kill_after(microseconds(std::uniform_int_distribution<microseconds::rep>(0, whole.count())(random_)), add);
    const Finished list = hermetric({"history", "list", "--db", path("history.db")});
    ASSERT_EQ(list.code, 0) << list.err;
  }
  EXPECT_EQ(hermetric(add).code, 0);
}

/// The records of a ledger may be in halves when their writer is killed; two starts may sweep at the same time.
TEST_F(Crash, ManySweepAtATimeAndHalfARecordIsSweptToo) {
  std::ofstream(path("run/ledger") / "999999999-1-0") << "cell 99999";
  std::ofstream(path("run/ledger") / "999999999-1-1") << "";
  const pid_t runner = kill_after(std::chrono::milliseconds(60), {"exec", "--", "sleep", "60"});
  ASSERT_TRUE(orphans_have_ended());
  std::vector<pid_t> sweepers;
  for (int i = 0; i < 8; ++i) sweepers.push_back(start({"gc"}, std::to_string(i)));
  for (std::size_t i = 0; i < sweepers.size(); ++i) {
    const Finished done = finish(sweepers[i], std::to_string(i));
    EXPECT_EQ(done.code, 0) << done.err;
  }
  for (const std::string& line : census(runner))
    EXPECT_TRUE(line.find(path("").string()) == std::string::npos || line.starts_with("mount ")) << line;
}

}  // namespace
}  // namespace hermetric
