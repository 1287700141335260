// compare through the real executable: commands in sealed rounds, verdicts and exit codes.

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>

#include "runner/cli/testing/cli.hpp"

namespace hermetric {
namespace {

class CompareCli : public testing::Cli {
 protected:
  /// `compare` with few rounds, as a test wants it.
  Finished compare(std::vector<std::string> words) {
    words.insert(words.begin(), {"compare", "--warmup", "0"});
    return hermetric(words);
  }

  json compared(std::vector<std::string> words, int code) {
    words.emplace_back("--json");
    const Finished done = compare(std::move(words));
    EXPECT_EQ(done.code, code) << done.out << done.err;
    return json::parse(done.out, nullptr, false);
  }

  /// Milliseconds of CPU time by the process's own clock, so that other load does not matter.
  static std::string burn(int milliseconds) { return HERMETRIC_KNOWN_LOAD " burn " + std::to_string(milliseconds); }

  /// Ten rounds by their CPU time; the build folder may lie where a job sees nothing.
  json compared_burns(std::vector<std::string> words, int code) {
    words.insert(words.begin(), {"--runs", "10", "--metric", "cpu.usage_usec", "--ro", HERMETRIC_KNOWN_LOAD});
    return compared(std::move(words), code);
  }
};

const json& metric_of(const json& result, const std::string& name) {
  for (const json& metric : result.at("metrics"))
    if (metric.at("name") == name) return metric;
  throw std::out_of_range(name);
}

TEST_F(CompareCli, SeesAFifthMoreWork) {
  if (testing::is_emulated()) GTEST_SKIP() << "emulated: starting the program takes as long as what it burns";
  const json result = compared_burns({burn(20), burn(24)}, 2);
  const json& cpu = metric_of(result, "cpu.usage_usec");
  EXPECT_EQ(cpu.at("verdict"), "regressed");
  EXPECT_EQ(cpu.at("version"), burn(24));
  EXPECT_NEAR(cpu.at("ratio").get<double>(), 1.2, 0.06);
  EXPECT_LE(cpu.at("ratio_low"), cpu.at("ratio"));
  EXPECT_GE(cpu.at("noise_floor"), 0.0);
  EXPECT_EQ(result.at("rounds").at("measured"), 10);
  EXPECT_EQ(result.at("rounds").at("stopped_by"), "runs");
  EXPECT_EQ(result.at("versions").at(1).at("metrics").at("cpu.usage_usec").at("values").size(), 10U);
}

TEST_F(CompareCli, CallsEqualVersionsNeitherWorseNorBetter) {
  if (testing::is_emulated()) GTEST_SKIP() << "emulated: starting the program takes as long as what it burns";
  const json result = compared_burns({"--margin", "10%", burn(15), burn(15)}, 0);
  EXPECT_EQ(metric_of(result, "cpu.usage_usec").at("verdict"), "same") << result;
  const json better = compared_burns({burn(24), burn(12)}, 0);
  EXPECT_EQ(metric_of(better, "cpu.usage_usec").at("verdict"), "improved") << better;
}

TEST_F(CompareCli, ComparesAllThatAReportHas) {
  const json result = compared({"--runs", "2", "true", "true"}, 0);
  for (const char* name : {"wall_usec", "cpu.usage_usec", "cpu.user_usec", "cpu.system_usec", "memory.peak_bytes",
                           "memory.minor_faults", "io.logical_read_bytes", "context_switches.voluntary"})
    EXPECT_EQ(metric_of(result, name).at("verdict"), "inconclusive") << name << ": two rounds decide nothing";
  const auto names = [&](const json& list) {
    return std::count_if(list.begin(), list.end(), [](const json& m) { return m["name"] == "counters.instructions"; });
  };
  EXPECT_NE(names(result.at("metrics")) == 1, result.at("unavailable").contains("counters.instructions"));
}

TEST_F(CompareCli, ExitsWith3WhereStrictAndInconclusive) {
  EXPECT_EQ(compare({"--runs", "2", "--metric", "wall_usec", "true", "true"}).code, 0);
  EXPECT_EQ(compare({"--runs", "2", "--metric", "wall_usec", "--strict", "true", "true"}).code, 3);
}

TEST_F(CompareCli, NeverComparesWhatFails) {
  const Finished failed = compare({"true", "sh -c 'echo the reason >&2; exit 7'"});
  EXPECT_EQ(failed.code, 4);
  EXPECT_NE(failed.err.find("failed (7)"), std::string::npos) << failed.err;
  EXPECT_NE(failed.err.find("| the reason"), std::string::npos) << failed.err;
  EXPECT_NE(failed.err.find("not comparable"), std::string::npos) << failed.err;
  EXPECT_EQ(failed.out, "");
  EXPECT_EQ(compare({"/nope", "true"}).code, 4);
  const Finished slow = compare({"--wall-time", "100ms", "--grace", "0", "true", "sleep 60"});
  EXPECT_EQ(slow.code, 4);
  EXPECT_NE(slow.err.find("timed out"), std::string::npos) << slow.err;
  const json greedy = compared({"--memory", "64M", "true", "/usr/bin/python3 -c \"b'x'*200000000\""}, 4);
  EXPECT_EQ(greedy.at("rounds").at("stopped_by"), "failed");
  EXPECT_TRUE(greedy.at("metrics").empty());
}

TEST_F(CompareCli, RunsInFreshCellsOverTheSameWorkspace) {
  write("input", "x");
  const Finished done = compare({"--runs", "3", "--shell", "test -e input; test ! -e left; touch left",
                                 "test ! -e left; touch left; test $(hostname) = job"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_FALSE(std::filesystem::exists(work() / "left"));
  EXPECT_EQ(compare({"--runs", "2", "--env", "A=b", "sh -c 'test $A = b'"}).code, 0);
}

TEST_F(CompareCli, KeepsEveryRunToTheSameCores) {
  const std::string is_on = "grep -qx 'Cpus_allowed_list:\t0' /proc/self/status";
  EXPECT_EQ(compare({"--runs", "2", "--cpuset", "0", is_on, is_on}).code, 0);
}

TEST_F(CompareCli, RunsHooksOnTheHost) {
  const Finished done = compare({"--runs", "3", "--prepare", "echo {N} >> prepared", "--cleanup", "echo {N} >> cleaned",
                                 "--parameter", "N=1,2", "grep -q {N} prepared"});
  EXPECT_EQ(done.code, 0) << done.err;
  const std::string prepared = content_of(work() / "prepared");
  EXPECT_TRUE(prepared.starts_with("1\n2\n")) << prepared;
  EXPECT_GE(std::count(prepared.begin(), prepared.end(), '\n'), 6) << "more where rounds were disturbed";
  EXPECT_EQ(content_of(work() / "cleaned"), "1\n2\n");
  EXPECT_EQ(compare({"--prepare", "exit 3", "true"}).code, 125);
}

TEST_F(CompareCli, TakesAParameter) {
  if (testing::is_emulated()) GTEST_SKIP() << "emulated: starting the program takes as long as what it burns";
  const json result =
      compared_burns({"--parameter", "MS=10,20,10", std::string(HERMETRIC_KNOWN_LOAD) + " burn {MS}", "-n", "base"}, 2);
  ASSERT_EQ(result.at("versions").size(), 3U);
  EXPECT_EQ(result["versions"][0]["name"], "base");
  EXPECT_EQ(result["versions"][1]["command"][2], "20");
  EXPECT_EQ(result["metrics"][0]["verdict"], "regressed");
  EXPECT_NE(result["metrics"][1]["verdict"], "regressed");
}

TEST_F(CompareCli, ComparesRevisionsOfAJob) {
  if (testing::is_emulated()) GTEST_SKIP() << "emulated: starting the program takes as long as what it burns";
  write("ci.yml",
        "jobs:\n"
        "  build: { command: 'cp work made', artifacts: [made] }\n"
        "  test:\n"
        "    needs: [build]\n"
        "    inputs: [build]\n"
        "    ro: ['" HERMETRIC_KNOWN_LOAD
        "']\n"
        "    command: 'test ! -e untracked; " HERMETRIC_KNOWN_LOAD " burn $(cat made)'\n");
  const std::string git = "cd " + work().string() + " && git -c user.name=n -c user.email=e ";
  const auto commit = [&](const std::string& milliseconds) {
    write("work", milliseconds);
    return std::system((git + "add ci.yml work && " + git + "commit -q -m " + milliseconds).c_str());
  };
  ASSERT_EQ(std::system((git + "init -q .").c_str()), 0);
  ASSERT_EQ(commit("10") + commit("20"), 0);
  write("untracked", "x");
  write("work", "not committed");
  const json result = compared(
      {"--file", "ci.yml", "--job", "test", "--runs", "10", "--metric", "cpu.usage_usec", "HEAD~1", "HEAD"}, 2);
  EXPECT_EQ(metric_of(result, "cpu.usage_usec").at("version"), "HEAD");
  EXPECT_EQ(metric_of(result, "cpu.usage_usec").at("verdict"), "regressed");
  EXPECT_EQ(content_of(work() / "work"), "not committed");
  EXPECT_EQ(compare({"--file", "ci.yml", "--job", "test", "HEAD", "nope"}).code, 125);
  ASSERT_EQ(std::system((git + "rm -q --cached work && " + git + "commit -q -m gone").c_str()), 0);
  const Finished failed = compare({"--file", "ci.yml", "--job", "test", "HEAD~1", "HEAD"});
  EXPECT_EQ(failed.code, 4);
  EXPECT_NE(failed.err.find("job \"build\", which is needed: failed (1)"), std::string::npos) << failed.err;
}

TEST_F(CompareCli, PrintsTables) {
  const Finished one = compare({"--runs", "6", "true"});
  EXPECT_NE(one.out.find("MEDIAN"), std::string::npos) << one.out << one.err;
  const Finished markdown = compare({"--runs", "2", "--markdown", "true", "true"});
  EXPECT_NE(markdown.out.find("| METRIC | A | B | CHANGE |"), std::string::npos) << markdown.out;
}

TEST_F(CompareCli, EndsAtAnInterruptAndLeavesNothing) {
  const pid_t pid = start({"compare", "sleep 0.05", "sleep 0.05", "--precision", "0"});
  std::this_thread::sleep_for(std::chrono::seconds(1));
  ::kill(pid, SIGINT);
  EXPECT_EQ(finish(pid).code, 130);
}

TEST_F(CompareCli, SaysWhatIsWrongInOneLineAndExits125) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{},
                                                                                     {"a | b", "c"},
                                                                                     {"a 'b"},
                                                                                     {"--runs", "0", "true"},
                                                                                     {"--precision", "x", "true"},
                                                                                     {"--metric", "watts", "true"},
                                                                                     {"--parameter", "N=1", "true"},
                                                                                     {"--parameter", "N", "true {N}"},
                                                                                     {"--memory", "1Q", "true"},
                                                                                     {"--margin", "nope=2%", "true"},
                                                                                     {"--json", "--markdown", "true"},
                                                                                     {"--cpuset", "4095", "true"},
                                                                                     {"--workspace", "/nope", "true"},
                                                                                     {"--file", "ci.yml", "a", "b"},
                                                                                     {"--runz", "3", "true"}}) {
    const Finished done = compare(words);
    const std::string call = ::testing::PrintToString(words);
    EXPECT_EQ(done.code, 125) << call;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << call << done.err;
  }
}

}  // namespace
}  // namespace hermetric
