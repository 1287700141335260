// The real executable, as a user calls it: what DESIGN.md promises of exec and run, their reports and exit codes.

#include "runner/cli/testing/cli.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <thread>

namespace hermetric {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Cli;
using testing::content_of;
using testing::Finished;

std::map<std::string, std::string> outcomes_of(const json& report) {
  std::map<std::string, std::string> outcomes;
  for (const json& job : report["jobs"]) outcomes[job["name"]] = job["outcome"]["status"];
  return outcomes;
}

TEST_F(Cli, PassesTheJobsExitCodeAndWritesNothingItself) {
  const Finished done = hermetric({"exec", "--", "sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(done.code, 7);
  EXPECT_EQ(done.out, "out\n");
  EXPECT_EQ(done.err, "err\n");
}

TEST_F(Cli, TellsNotFoundFromNotExecutable) {
  EXPECT_EQ(hermetric({"exec", "--", "/nope"}).code, 127);
  EXPECT_EQ(hermetric({"exec", "--", "nope"}).code, 127);
  EXPECT_EQ(hermetric({"exec", "--", "/etc/passwd"}).code, 126);
}

TEST_F(Cli, SaysWhatIsWrongInOneLineAndExits125) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"exce"},
                                             {"exec", "--memry", "1G", "--", "true"},
                                             {"exec", "--memory", "1Q", "--", "true"},
                                             {"exec", "true"},
                                             {"exec", "--cpuset", "4095", "--", "true"},
                                             {"exec", "--root", "image:debian", "--", "true"},
                                             {"exec", "--workspace", "/nope", "--", "true"},
                                             {"exec", "--cwd", "/nope", "--", "true"},
                                             {"exec", "--ro", "/nope", "--", "true"},
                                             {"exec", "--report", "-", "--", "true"},
                                             {"run", "/nope.yml"},
                                             {"compare", "a", "b"},
                                             {"schema"},
                                             {"namespaces", "nobody"},
                                             {"enter", "nobody"},
                                             {"run"}}) {
    const Finished done = hermetric(words);
    const std::string call = ::testing::PrintToString(words);
    EXPECT_EQ(done.code, 125) << call;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << call << done.err;
    EXPECT_TRUE(done.err.starts_with("hermetric: ")) << call << done.err;
  }
  EXPECT_NE(hermetric({"exec", "--memry", "1G", "--", "true"}).err.find("--memory"), std::string::npos);
}

TEST_F(Cli, SealsTheJob) {
  EXPECT_EQ(hermetric({"exec", "--", "hostname"}).out, "job\n");
  EXPECT_EQ(hermetric({"exec", "--", "id", "-u"}).out, "0\n");
  EXPECT_EQ(hermetric({"exec", "--", "sh", "-c", "ls -d /proc/[0-9]* | wc -l"}).out, "3\n");
  EXPECT_EQ(hermetric({"exec", "--", "sh", "-c", "ls /sys/class/net"}).out, "lo\n");
  const std::string map = hermetric({"exec", "--", "cat", "/proc/self/uid_map"}).out;
  EXPECT_EQ(map.find(" 0 65536"), std::string::npos) << map;
  EXPECT_NE(hermetric({"exec", "--", "cat", "/etc/shadow"}).code, 0);
  EXPECT_EQ(hermetric({"exec", "--", "sh", "-c", "ls -A /root /home /run /tmp | grep -v :"}).out, "\n\n\n");
  EXPECT_EQ(
      hermetric({"exec", "--env", "A=b", "--", "sh", "-c", "env | grep -v PWD | cut -d= -f1 | sort | tr '\\n' ' '"})
          .out,
      "A CI HERMETRIC_JOB HOME LANG PATH SOURCE_DATE_EPOCH TZ USER ");
}

TEST_F(Cli, LeavesTheWorkspaceAsItWasAndCountsWhatChanged) {
  write("kept", "kept");
  write("gone", "gone");
  write("changed", "before");
  const json job =
      exec_report({}, {"sh", "-c", "rm gone; echo after > changed; echo 12345 > new; mkdir d; mv new d/new"}, 0);
  EXPECT_EQ(content_of(work() / "changed"), "before");
  EXPECT_TRUE(fs::exists(work() / "gone"));
  EXPECT_FALSE(fs::exists(work() / "d"));
  const json& workspace = job["resources"]["workspace"];
  EXPECT_EQ(workspace["files_created"], 1) << workspace;
  EXPECT_EQ(workspace["files_modified"], 1) << workspace;
  EXPECT_EQ(workspace["files_deleted"], 1) << workspace;
  EXPECT_EQ(workspace["bytes_written"], 12) << workspace;
}

TEST_F(Cli, ReportsOutOfMemory) {
  const json job = exec_report({"--memory", "64M"}, {"/usr/bin/python3", "-c", "b'x'*200000000"}, 137);
  EXPECT_EQ(job["outcome"]["status"], "out_of_memory");
  EXPECT_GE(job["resources"]["memory"]["oom_kills"], 1);
  EXPECT_EQ(job["limits"]["memory_bytes"], 64 << 20);
  EXPECT_EQ(job["limits"]["swap_bytes"], 0);
}

TEST_F(Cli, EndsAJobAtItsWallTime) {
  const json job = exec_report({"--wall-time", "1s"}, {"sleep", "10"}, 124);
  EXPECT_EQ(job["outcome"]["status"], "timed_out");
  EXPECT_GE(job["resources"]["wall_usec"], 1'000'000);
  if (!testing::is_emulated()) {
    EXPECT_LE(job["resources"]["wall_usec"], 1'200'000);
  }
}

TEST_F(Cli, HoldsTheProcessCapAgainstAForkBomb) {
  const std::string own = fs::read_symlink("/proc/self/ns/pid").string();
  const std::string bomb = "[ \"$(readlink /proc/self/ns/pid)\" != \"" + own +
                           "\" ] && [ $$ -le 10 ] && f() { f | f & } && f 2>/dev/null; sleep 1";
  const json job = exec_report({"--pids", "20", "--wall-time", "20s"}, {"sh", "-c", bomb}, 0);
  const json& peak = job["resources"]["pids"]["peak"];
  if (peak.is_null()) {
    EXPECT_TRUE(job["unavailable"].contains("resources.pids.peak")) << "an older kernel does not keep it";
  } else {
    EXPECT_EQ(peak, 20);
  }
}

TEST_F(Cli, CountsCpuAndThrottling) {
  const json job = exec_report({"--cpus", "0.5"}, {"timeout", "1", "sh", "-c", "while :; do :; done"}, 124);
  EXPECT_EQ(job["outcome"]["status"], "failed");
  const json& cpu = job["resources"]["cpu"];
  EXPECT_GT(cpu["nr_throttled"], 0) << cpu;
  if (!testing::is_emulated()) {
    EXPECT_NEAR(cpu["usage_usec"].get<double>(), 500'000, 100'000) << cpu;
  }
  EXPECT_NEAR(cpu["user_usec"].get<double>() + cpu["system_usec"].get<double>(), cpu["usage_usec"].get<double>(), 1000) << cpu;
}

TEST_F(Cli, AccountsForEveryFigureByValueOrReason) {
  const json job = exec_report({}, {"true"}, 0);
  const json flat = job["resources"].flatten();
  for (const auto& [pointer, value] : flat.items()) {
    std::string key = "resources" + pointer;
    std::replace(key.begin(), key.end(), '/', '.');
    EXPECT_EQ(value.is_null(), job["unavailable"].contains(key)) << key;
    EXPECT_EQ(!value.is_null(), job["sources"].contains(key)) << key;
  }
  EXPECT_EQ(job["isolation"]["namespaces"].size(), 8U) << job["isolation"];
}

TEST_F(Cli, EndsTheJobWhenInterrupted) {
  const pid_t pid = start({"exec", "--report", path("report.json"), "--", "sleep", "60"});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  ::kill(pid, SIGINT);
  EXPECT_EQ(finish(pid).code, 130);
  EXPECT_EQ(checked_report(path("report.json"))["jobs"][0]["outcome"]["status"], "cancelled");
}

TEST_F(Cli, RunsAPipelineAndHandsOnArtifacts) {
  write("ci.yml",
        "jobs:\n"
        "  make: { command: 'mkdir -p out && echo made > out/file', artifacts: ['out/**'] }\n"
        "  use: { command: 'cat out/file', needs: [make], inputs: [make] }\n"
        "  bad: { command: 'echo oops >&2; exit 3' }\n"
        "  after: { command: 'true', needs: [bad] }\n"
        "  cleanup: { command: 'true', needs: [bad], when: always }\n"
        "  each: { command: 'echo $N', matrix: { N: [1, 2] } }\n");
  const Finished done = hermetric({"run", "ci.yml", "--report-dir", "rep"});
  EXPECT_EQ(done.code, 1) << done.out << done.err;
  const std::map<std::string, std::string> expected = {
      {"make", "passed"},    {"use", "passed"},        {"bad", "failed"},       {"after", "skipped"},
      {"cleanup", "passed"}, {"each (N=1)", "passed"}, {"each (N=2)", "passed"}};
  EXPECT_EQ(outcomes_of(checked_report(work() / "rep/report.json")), expected) << done.out;
  EXPECT_EQ(content_of(work() / "rep/jobs/use/stdout.log"), "made\n");
  EXPECT_EQ(content_of(work() / "rep/jobs/bad/stderr.log"), "oops\n");
  EXPECT_EQ(content_of(work() / "rep/artifacts/make/out/file"), "made\n");
  EXPECT_EQ(content_of(work() / "rep/jobs/each%20(N=2)/stdout.log"), "2\n");
  EXPECT_FALSE(fs::exists(work() / "out"));
}

TEST_F(Cli, RetriesTheJobsOwnFailureAndKeepsEveryAttempt) {
  write("ci.yml", "jobs: { flaky: { command: 'echo try; exit 1', retries: 2 } }\n");
  EXPECT_EQ(hermetric({"run", "ci.yml", "--report-dir", "rep"}).code, 1);
  const json jobs = checked_report(work() / "rep/report.json")["jobs"];
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0]["attempt"], 1);
  EXPECT_EQ(jobs[2]["attempt"], 3);
  EXPECT_EQ(content_of(work() / "rep/jobs/flaky/stdout.attempt-1.log"), "try\n");
}

TEST_F(Cli, RefusesToEmptyADirectoryThatIsNoReport) {
  write("ci.yml", "jobs: { a: { command: 'true' } }\n");
  fs::create_directory(work() / "mine");
  write("mine/precious", "x");
  EXPECT_EQ(hermetric({"run", "ci.yml", "--report-dir", "mine"}).code, 125);
  EXPECT_EQ(content_of(work() / "mine/precious"), "x");
  EXPECT_EQ(hermetric({"run", "ci.yml", "--report-dir", "rep"}).code, 0);
  EXPECT_EQ(hermetric({"run", "ci.yml", "--report-dir", "rep"}).code, 0) << "a second run replaces the first's report";
}

TEST_F(Cli, HidesTheReportFromTheJobs) {
  write("ci.yml", "jobs: { a: { command: 'ls -A rep; touch rep/forged' } }\n");
  EXPECT_EQ(hermetric({"run", "ci.yml", "--report-dir", "rep"}).code, 1);
  EXPECT_EQ(content_of(work() / "rep/jobs/a/stdout.log"), "");
  EXPECT_FALSE(fs::exists(work() / "rep/forged"));
}

TEST_F(Cli, WritesAPartialReportWhenARunIsInterrupted) {
  write("ci.yml", "jobs: { a: { command: 'sleep 60' }, b: { command: 'true', needs: [a] } }\n");
  const pid_t pid = start({"run", "ci.yml", "--report-dir", "rep"});
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  ::kill(pid, SIGTERM);
  EXPECT_EQ(finish(pid).code, 143);
  const std::map<std::string, std::string> expected = {{"a", "cancelled"}, {"b", "skipped"}};
  EXPECT_EQ(outcomes_of(checked_report(work() / "rep/report.json")), expected);
}

TEST_F(Cli, GivesTwoJobsAtOnceEightDifferentNamespacesAndLetsOneEnter) {
  write("ci.yml", "jobs: { one: { command: 'sleep 3' }, two: { command: 'sleep 3' } }\n");
  const pid_t pid = start({"run", "ci.yml", "--report-dir", "rep"});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  const fs::path out = path("out");
  const std::string program = HERMETRIC_EXECUTABLE;
  const auto shell = [&](const std::string& words) {
    return std::system((program + " " + words + " > " + out.string() + ".2 2>&1").c_str());
  };
  ASSERT_EQ(shell("namespaces one two"), 0) << content_of(path("out.2"));
  const std::string table = content_of(path("out.2"));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 8) << table;
  EXPECT_EQ(table.find("shared"), std::string::npos) << table;
  ASSERT_EQ(shell("enter one -- sh -c 'hostname; echo $HERMETRIC_JOB; id -u; readlink /proc/self/ns/net'"), 0)
      << content_of(path("out.2"));
  const std::string inside = content_of(path("out.2"));
  EXPECT_TRUE(inside.starts_with("job\none\n0\nnet:[")) << inside;
  EXPECT_NE(table.find(inside.substr(inside.find("net:["), 16)), std::string::npos) << table << inside;
  EXPECT_EQ(finish(pid).code, 0);
}

TEST_F(Cli, SweepsWhatAKilledRunLeft) {
  write("ci.yml", "jobs: { a: { command: 'sleep 60' } }\n");
  const pid_t pid = start({"run", "ci.yml", "--report-dir", "rep"});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const std::string ledger = hermetric({"exec", "--", "true"}).err;
  ::kill(pid, SIGKILL);
  EXPECT_EQ(finish(pid).code, 128 + SIGKILL);
  const Finished swept = hermetric({"gc"});
  EXPECT_NE(swept.out.find("(a)"), std::string::npos) << swept.out << swept.err << ledger;
  EXPECT_TRUE(fs::is_empty("/var/lib/hermetric/cells"));
}

TEST_F(Cli, ExplainsWithoutRunning) {
  const Finished done = hermetric({"explain", "--", "touch", "made"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.out.find("pivot"), std::string::npos) << done.out;
  EXPECT_FALSE(fs::exists(work() / "made"));
}

}  // namespace
}  // namespace hermetric
