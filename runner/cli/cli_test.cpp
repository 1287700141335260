// The real executable, as a user calls it: what DESIGN.md promises of exec and run, their reports and exit codes.

#include "runner/cli/testing/cli.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "isolation/sys/testing/require.hpp"

namespace hermetric {
namespace {

using testing::Cli;

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
  EXPECT_EQ(hermetric({"exec", "--", "sh", "-c", "set -- /proc/[0-9]*; echo $#"}).out, "1\n");
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

/// The last sleep replaces the shell: there may be no process left for it.
TEST_F(Cli, HoldsTheProcessCapAgainstAForkBomb) {
  const std::string own = fs::read_symlink("/proc/self/ns/pid").string();
  const std::string bomb = "[ \"$(readlink /proc/self/ns/pid)\" != \"" + own +
                           "\" ] && [ $$ -le 10 ] && f() { f | f & } && f 2>/dev/null; exec sleep 1";
  const json job = exec_report({"--pids", "20", "--wall-time", "20s"}, {"sh", "-c", bomb}, 0);
  EXPECT_EQ(job["resources"]["pids"]["peak"], 20);
}

TEST_F(Cli, CountsCpuAndThrottling) {
  const json job = exec_report({"--cpus", "0.1"}, {"timeout", "1", "sh", "-c", "while :; do :; done"}, 124);
  EXPECT_EQ(job["outcome"]["status"], "failed");
  const json& cpu = job["resources"]["cpu"];
  EXPECT_GT(cpu["nr_throttled"], 0) << cpu;
  if (!testing::is_emulated()) {
    EXPECT_NEAR(cpu["usage_usec"].get<double>(), 100'000, 30'000) << cpu;
  }
  EXPECT_NEAR(cpu["user_usec"].get<double>() + cpu["system_usec"].get<double>(), cpu["usage_usec"].get<double>(), 1000)
      << cpu;
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

TEST_F(Cli, ExecRefusesCapsAboveTheHostsAsRunDoes) {
  for (const auto& [option, value] : {std::pair("--memory", "100000G"), {"--cpus", "100000"}}) {
    const Finished done = hermetric({"exec", option, value, "--", "true"});
    EXPECT_EQ(done.code, 125) << done.err;
    EXPECT_NE(done.err.find("is more than the"), std::string::npos) << done.err;
  }
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

TEST_F(Cli, DoctorTellsTheSameToPeopleAndPrograms) {
  const Finished table = hermetric({"doctor"});
  EXPECT_EQ(table.code, 0) << table.err;
  const Finished done = hermetric({"doctor", "--json"});
  EXPECT_EQ(done.code, 0) << done.err;
  const json host = json::parse(done.out, nullptr, false);
  ASSERT_FALSE(host.is_discarded()) << done.out;
  for (const json& capability : host["capabilities"]) {
    EXPECT_NE(table.out.find(capability["name"].get<std::string>()), std::string::npos) << capability;
    EXPECT_EQ(capability["available"].get<bool>(), capability["reason"].is_null()) << capability;
  }
  EXPECT_EQ(host["controllers"].size(), 6U);
  EXPECT_NE(table.out.find("transparent_hugepages"), std::string::npos) << table.out;
  EXPECT_EQ(host["after"]["running_tasks"], nullptr);
  EXPECT_EQ(hermetric({"doctor", "--jsom"}).code, 125);
  // What a report embeds has the same keys, and is checked against the schema.
  EXPECT_EQ(hermetric({"exec", "--report", path("report.json"), "--", "true"}).code, 0);
  const json embedded = checked_report(path("report.json"))["run"]["host"];
  for (const auto& [key, value] : host.items()) EXPECT_TRUE(embedded.contains(key)) << key;
  EXPECT_GE(embedded["after"]["cpu_busy_usec"], embedded["before"]["cpu_busy_usec"]) << embedded;
}

TEST_F(Cli, GivesParallelJobsCoresOfTheirOwn) {
  const json host = json::parse(hermetric({"doctor", "--json"}).out);
  HERMETRIC_NEED("cores", host["cores"] >= 2, "two jobs at once need two cores");
  const std::string look = "command: 'grep -E \"(Cpus|Mems)_allowed_list\" /proc/self/status; nproc; sleep 1'";
  write("ci.yml", "jobs: { a: { " + look + ", exclusive_cores: 1 }, b: { " + look + ", cpus: 0.5 } }\n");
  const Finished done = hermetric({"run", "ci.yml", "--report-dir", "rep"});
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  const std::string a = content_of(work() / "rep/jobs/a/stdout.log");
  const std::string b = content_of(work() / "rep/jobs/b/stdout.log");
  const auto value_of = [](const std::string& text, const std::string& key) {
    const std::size_t begin = text.find(key);
    return begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
  };
  EXPECT_NE(value_of(a, "Cpus"), "") << a;
  EXPECT_NE(value_of(b, "Cpus"), "") << b;
  EXPECT_NE(value_of(a, "Cpus"), value_of(b, "Cpus")) << "one core for two jobs";
  std::set<std::string> cpusets;
  const json report = checked_report(work() / "rep/report.json");
  for (const json& job : report["jobs"]) {
    const std::string log = job["name"] == "a" ? a : b;
    cpusets.insert(job["limits"]["cpuset"].get<std::string>());
    EXPECT_EQ(value_of(log, "Cpus"), "Cpus_allowed_list:\t" + job["limits"]["cpuset"].get<std::string>());
    EXPECT_EQ(value_of(log, "Mems"), "Mems_allowed_list:\t" + job["limits"]["cpuset_mems"].get<std::string>());
  }
  EXPECT_EQ(cpusets.size(), 2U);
}

TEST_F(Cli, ReusesTheCoresOfAJobThatEnded) {
  write("ci.yml", "jobs: { each: { command: 'true', exclusive_cores: 1, matrix: { N: [1, 2, 3, 4, 5] } } }\n");
  EXPECT_EQ(hermetric({"run", "ci.yml", "--report-dir", "rep"}).code, 0);
  const json report = checked_report(work() / "rep/report.json");
  ASSERT_EQ(report["jobs"].size(), 5U);
  for (const json& job : report["jobs"]) EXPECT_EQ(job["outcome"]["status"], "passed") << job["outcome"];
}

TEST_F(Cli, RefusesMoreCoresThanThereAreBeforeAnythingStarts) {
  const std::string too_many = std::to_string(::sysconf(_SC_NPROCESSORS_ONLN) + 1);
  write("ci.yml",
        "jobs: { a: { command: 'touch started' }, b: { command: 'true', exclusive_cores: " + too_many + " } }\n");
  const Finished run = hermetric({"run", "ci.yml", "--report-dir", "rep"});
  EXPECT_EQ(run.code, 125) << run.out;
  EXPECT_NE(run.err.find("job \"b\": exclusive_cores " + too_many + " is more than the "), std::string::npos)
      << run.err;
  EXPECT_FALSE(fs::exists(work() / "rep"));
  const Finished exec = hermetric({"exec", "--exclusive-cores", too_many, "--", "touch", "started"});
  EXPECT_EQ(exec.code, 125);
  EXPECT_NE(exec.err.find("exclusive_cores " + too_many + ": "), std::string::npos) << exec.err;
  const json job = exec_report({"--exclusive-cores", "1", "--stdout", path("log")},
                               {"grep", "Cpus_allowed_list", "/proc/self/status"}, 0);
  EXPECT_EQ(content_of(path("log")), "Cpus_allowed_list:\t" + job["limits"]["cpuset"].get<std::string>() + "\n");
}

TEST_F(Cli, ExplainsWithoutRunning) {
  const Finished done = hermetric({"explain", "--", "touch", "made"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.out.find("pivot"), std::string::npos) << done.out;
  EXPECT_FALSE(fs::exists(work() / "made"));
}

}  // namespace
}  // namespace hermetric
