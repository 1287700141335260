// Control of running jobs through the real executable: ps, top, pause, resume, kill, diff, and explain of a job file.
// Cells are told by their runner's pid: other runs of this user may be under way.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <thread>

#include "runner/cli/testing/cli.hpp"

namespace hermetric {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(20);

class Control : public testing::Cli {
 protected:
  /// exec of a shell's text in the background, with its report.
  pid_t start_job(const std::string& text, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"exec", "--report", path("report.json").string()});
    options.insert(options.end(), {"--", "sh", "-c", text});
    return start(options, ".job");
  }

  json report_of(pid_t runner, int code) {
    const Finished done = finish(runner, ".job");
    EXPECT_EQ(done.code, code) << done.err;
    return checked_report(path("report.json")).at("jobs").at(0);
  }

  std::string job_output() { return content_of(path("out.job")); }

  /// What `ps` tells of the one cell of a runner; null when it tells nothing.
  json row_of(pid_t runner) {
    const Finished done = hermetric({"ps", "--json"});
    EXPECT_EQ(done.code, 0) << done.err;
    const json rows = json::parse(done.out, nullptr, false);
    EXPECT_TRUE(rows.is_array()) << done.out;
    for (const json& row : rows)
      if (row["runner_pid"] == runner) return row;
    return nullptr;
  }

  static bool eventually(const std::function<bool()>& holds) {
    for (const auto deadline = steady_clock::now() + kPatience; steady_clock::now() < deadline;) {
      if (holds()) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return holds();
  }

  /// Its row, once it is there and `ready`.
  json await(pid_t runner, const std::function<bool(const json& row)>& ready = [](const json&) { return true; }) {
    json row;
    EXPECT_TRUE(eventually([&] {
      row = row_of(runner);
      return row.is_object() && row["job_pid"].is_number() && ready(row);
    })) << row;
    return row;
  }

  std::string await_cell(pid_t runner) {
    const json row = await(runner);
    return row.is_object() ? row["cell"].get<std::string>() : "";
  }

  void expect_refused(const std::vector<std::string>& words, const std::string& reason) {
    const Finished done = hermetric(words);
    EXPECT_EQ(done.code, 125) << done.out;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
    EXPECT_NE(done.err.find(reason), std::string::npos) << done.err;
  }

  void expect_done(const std::vector<std::string>& words) {
    const Finished done = hermetric(words);
    EXPECT_EQ(done.code, 0) << ::testing::PrintToString(words) << done.err;
    EXPECT_EQ(done.err, "");
  }
};

std::vector<std::string> groups_in_ledger(const std::string& cell) {
  std::ifstream file("/run/hermetric/ledger/" + cell);
  std::vector<std::string> groups;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("cgroup ")) groups.push_back(line.substr(7));
  return groups;
}

TEST_F(Control, ListsJobsByNameAndState) {
  const std::string name = "ctl-" + std::to_string(::getpid());
  write("ci.yml", "jobs: { " + name + ": { command: 'sleep 60' } }\n");
  const pid_t runner = start({"run", "ci.yml", "--report-dir", "rep"}, ".run");
  const json row = await(runner, [](const json& each) { return each["pids"].is_number() && each["pids"] >= 1; });
  EXPECT_EQ(row["job"], name);
  EXPECT_EQ(row["state"], "running");
  EXPECT_GT(row["elapsed_usec"], 0);
  EXPECT_TRUE(row["cpu_usage_usec"].is_number() && row["memory_bytes"].is_number()) << row;
  EXPECT_TRUE(eventually([&] {
    return content_of("/proc/" + std::to_string(row["job_pid"].get<int>()) + "/cmdline").find("sleep 60") !=
           std::string::npos;
  }));
  expect_done({"pause", name});
  EXPECT_EQ(row_of(runner)["state"], "paused");
  const std::string table = hermetric({"ps"}).out;
  EXPECT_TRUE(table.starts_with("JOB ")) << table;
  const std::string line = table.substr(std::min(table.find(name + " "), table.size()));
  EXPECT_NE(line.substr(0, line.find('\n')).find(" paused "), std::string::npos) << table;
  EXPECT_NE(hermetric({"top"}).out.find(name), std::string::npos);
  EXPECT_NE(hermetric({"top", "--once"}).out.find("CPU%"), std::string::npos);
  expect_refused({"pause", name}, "paused already");
  expect_done({"resume", name});
  EXPECT_EQ(row_of(runner)["state"], "running");
  expect_refused({"resume", row["cell"]}, "not paused");
  expect_done({"kill", name});
  EXPECT_EQ(finish(runner, ".run").code, 1);
  EXPECT_TRUE(row_of(runner).is_null());
  for (const char* command : {"pause", "resume", "kill", "diff"})
    expect_refused({command, name}, "no running job is named \"" + name + "\"");
}

TEST_F(Control, APausedJobUsesNeitherCpuNorItsWallTime) {
  const pid_t runner = start_job(std::string("i=0; while [ $i -lt ") + (testing::is_emulated() ? "5" : "20") +
                                     " ]; do sleep 0.05; i=$((i+1)); done",
                                 {"--wall-time", "4s"});
  const std::string cell = await(runner, [](const json& row) { return row["cpu_usage_usec"] > 1000; })["cell"];
  expect_done({"pause", cell});
  const auto cpu = [&] { return row_of(runner)["cpu_usage_usec"].get<std::int64_t>(); };
  std::int64_t used = -1;
  ASSERT_TRUE(eventually([&] {
    const std::int64_t before = used;
    used = cpu();
    return used == before;
  }));
  await(runner, [](const json& row) { return row["elapsed_usec"] > 5'000'000; });
  EXPECT_EQ(cpu(), used);
  expect_done({"resume", cell});
  const json job = report_of(runner, 0);
  EXPECT_EQ(job["outcome"]["status"], "passed");
  EXPECT_GT(job["resources"]["wall_usec"], 4'000'000);
  ASSERT_EQ(job["warnings"].size(), 1U) << job["warnings"];
  const std::string warning = job["warnings"][0];
  ASSERT_TRUE(warning.starts_with("paused for ") && warning.ends_with(" ms")) << warning;
  EXPECT_GT(std::stol(warning.substr(11)), 500);
}

TEST_F(Control, TheClockGoesOnAfterAPause) {
  const pid_t runner = start_job("sleep 60", {"--wall-time", "1s", "--grace", "0"});
  const std::string cell = await_cell(runner);
  expect_done({"pause", cell});
  await(runner, [](const json& row) { return row["elapsed_usec"] > 1'500'000; });
  expect_done({"resume", cell});
  const json job = report_of(runner, 124);
  EXPECT_EQ(job["outcome"]["status"], "timed_out");
  EXPECT_GT(job["resources"]["wall_usec"], 1'500'000);
  EXPECT_LT(job["resources"]["wall_usec"], 6'000'000);
}

TEST_F(Control, KillEndsEverythingWithinASecond) {
  struct Case {
    const char* what;
    std::string text;
    std::function<bool(const json& row)> ready;
    bool pause = false;
  };
  const auto status_of = [](const json& row) {
    return content_of("/proc/" + std::to_string(row["job_pid"].get<int>()) + "/status");
  };
  const auto ignores_the_polite = [&](const json& row) {
    constexpr unsigned long kPolite = 1UL << (SIGHUP - 1) | 1UL << (SIGINT - 1) | 1UL << (SIGTERM - 1);
    const std::string status = status_of(row);
    const std::size_t at = status.find("SigIgn:");
    return at != std::string::npos && (std::stoul(status.substr(at + 7), nullptr, 16) & kPolite) == kPolite;
  };
  const std::string own = fs::read_symlink("/proc/self/ns/pid").string();
  const std::string bomb = "exec python3 -c 'import os\nif os.readlink(\"/proc/self/ns/pid\") == \"" + own +
                           "\": os._exit(1)\nwhile True:\n  try: os.fork()\n  except OSError: pass'";
  const std::vector<Case> cases = {
      {"frozen", "sleep 60", [](const json&) { return true; }, true},
      {"stopped", "kill -STOP $$; sleep 60",
       [&](const json& row) { return status_of(row).find("State:\tT") != std::string::npos; }},
      {"ignoring", "trap '' TERM INT HUP; sleep 60; sleep 60", ignores_the_polite},
      {"double-forked", "(setsid sh -c 'sleep 60 & sleep 60; sleep 60' &); sleep 60; sleep 60",
       [](const json& row) { return row["pids"] >= 5; }},
      {"fork bomb", bomb, [](const json& row) { return row["pids"] >= 30; }}};
  for (const Case& each : cases) {
    const pid_t runner = start_job(each.text, {"--pids", "30"});
    const json row = await(runner, each.ready);
    ASSERT_TRUE(row.is_object()) << each.what;
    const std::string cell = row["cell"];
    if (each.pause) expect_done({"pause", cell});
    const std::vector<std::string> groups = groups_in_ledger(cell);
    EXPECT_FALSE(groups.empty());
    const auto begin = steady_clock::now();
    expect_done({"kill", cell});
    EXPECT_EQ(finish(runner, ".job").code, 128 + SIGKILL) << each.what;
    EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(testing::is_emulated() ? 10 : 1)) << each.what;
    const json job = checked_report(path("report.json")).at("jobs").at(0);
    EXPECT_EQ(job["outcome"]["status"], "signaled") << each.what;
    EXPECT_EQ(job["outcome"]["signal"], "SIGKILL") << each.what;
    for (const std::string& group : groups) EXPECT_FALSE(fs::exists(group)) << each.what << ": " << group;
    EXPECT_FALSE(fs::exists("/run/hermetric/ledger/" + cell)) << each.what;
    for (const auto& entry : fs::recursive_directory_iterator("/var/lib/hermetric/cells"))
      EXPECT_NE(entry.path().filename(), cell) << each.what << ": " << entry.path();
  }
}

TEST_F(Control, ASignalReachesTheRootProcessAlone) {
  for (const char* signal : {"TERM", "SIGTERM", "term", "15"}) {
    const pid_t runner = start_job("trap 'echo got; exit 5' TERM; echo ready; while :; do sleep 0.05; done");
    const std::string cell = await_cell(runner);
    ASSERT_TRUE(eventually([&] { return job_output() == "ready\n"; })) << signal;
    expect_refused({"kill", cell, "--signal", "NOPE"}, "\"NOPE\" is no signal");
    expect_done({"kill", cell, "--signal", signal});
    EXPECT_EQ(report_of(runner, 5)["outcome"]["status"], "failed") << signal;
    EXPECT_EQ(job_output(), "ready\ngot\n") << signal;
  }
  const pid_t runner = start_job("echo ready; sleep 60; sleep 60");
  const std::string cell = await_cell(runner);
  ASSERT_TRUE(eventually([&] { return job_output() == "ready\n"; }));
  expect_done({"kill", cell, "--signal", "USR1"});
  const json outcome = report_of(runner, 128 + SIGUSR1)["outcome"];
  EXPECT_EQ(outcome["status"], "signaled");
  EXPECT_EQ(outcome["signal"], "SIGUSR1");
}

TEST_F(Control, TellsWhatAJobHasChangedSoFar) {
  for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--scratch", "tmpfs"}}) {
    write("kept", "kept");
    write("changed", "before");
    write("gone", "gone");
    const pid_t runner =
        start_job("rm gone; echo after > changed; mkdir d; echo > d/new; echo ready; sleep 60; sleep 60", options);
    const std::string cell = await_cell(runner);
    ASSERT_TRUE(eventually([&] { return job_output() == "ready\n"; }));
    const std::string expected = "M changed\nA d\nA d/new\nD gone\n";
    EXPECT_EQ(hermetric({"diff", cell}).out, expected);
    expect_done({"pause", cell});
    EXPECT_EQ(hermetric({"diff", cell}).out, expected);
    expect_done({"kill", cell});
    report_of(runner, 128 + SIGKILL);
  }
  const pid_t runner = start_job("sleep 60", {"--no-workspace"});
  const std::string cell = await_cell(runner);
  expect_refused({"diff", cell}, "no workspace");
  expect_done({"kill", cell});
  report_of(runner, 128 + SIGKILL);
}

TEST_F(Control, ExplainsAJobOfAJobFile) {
  write("ci.yml",
        "jobs: { a: { command: 'touch made', hostname: named }, b: { command: 'true', matrix: { N: [1, 2] } } }\n");
  const Finished done = hermetric({"explain", "ci.yml", "--job", "a"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.out.find("named"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("pivot"), std::string::npos) << done.out;
  EXPECT_FALSE(fs::exists(work() / "made"));
  EXPECT_EQ(hermetric({"explain", "--job", "b (N=2)", "ci.yml"}).code, 0);
  expect_refused({"explain", "ci.yml"}, "--job");
  expect_refused({"explain", "ci.yml", "--job", "nope"}, "nope");
  expect_refused({"explain", "ci.yml", "--job", "b"}, "several jobs");
  expect_refused({"explain"}, "no command");
}

TEST_F(Control, EveryCommandHasHelp) {
  for (const char* command : {"ps", "top", "pause", "resume", "kill", "diff"}) {
    const Finished done = hermetric({command, "--help"});
    EXPECT_EQ(done.code, 0);
    EXPECT_TRUE(done.out.find("usage: hermetric " + std::string(command)) != std::string::npos) << done.out;
    EXPECT_EQ(hermetric({command, "--nonsense"}).code, 125) << command;
  }
}

}  // namespace
}  // namespace hermetric
