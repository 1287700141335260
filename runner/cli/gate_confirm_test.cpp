// history gate --confirm through the real executable: what the history suspects is measured again.

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "runner/cli/testing/cli.hpp"

namespace hermetric {
namespace {

constexpr std::int64_t kUsual = 20'000;
constexpr std::int64_t kJitter = 50;

/// A repository with two commits of a job that burns CPU time, by the process's own clock, and a history in which the
/// first is the last of twelve with the usual cost.
class GateConfirm : public testing::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (testing::is_emulated()) GTEST_SKIP() << "emulated: starting the program takes as long as what it burns";
    write("ci.yml", "jobs:\n  test: { ro: ['" HERMETRIC_KNOWN_LOAD "'], command: '" HERMETRIC_KNOWN_LOAD
                    " burn $(cat work)' }\n");
    ASSERT_EQ(std::system((git() + "init -q .").c_str()), 0);
  }

  void commit_work(int before, int after) {
    commit("one", before);
    commit("two", after);
    ASSERT_EQ(hermetric({"run", "ci.yml", "--report-dir", path("run").string()}).code, 0);
    for (int i = 0; i < 11; ++i) add("c" + std::to_string(i), 1000 + i, kUsual + kJitter * (i * 7 % 5), i);
    add(revision("HEAD~1"), 1011, kUsual, 11);
  }

  /// A report of `commit`, as the run wrote it but for the CPU time and the other costs, which are all alike.
  void add(const std::string& commit, int time, std::int64_t cpu_usec, int id) {
    json report = json::parse(testing::content_of(path("run") / "report.json"));
    report["run"]["id"] = "report-" + std::to_string(id);
    report["jobs"][0]["resources"]["cpu"]["usage_usec"] = cpu_usec;
    write("report.json", report.dump());
    const Finished added = hermetric({"history", "add", "report.json", "--db", "h.db", "--project", "p", "--commit",
                                      commit, "--branch", "b", "--time", "@" + std::to_string(time)});
    ASSERT_EQ(added.out, "added 1 of 1 reports\n") << added.err;
  }

  Finished gate(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"history", "gate", "--db", "h.db", "--metric", "cpu.usage_usec"};
    words.insert(words.end(), more.begin(), more.end());
    return hermetric(words);
  }

  [[nodiscard]] std::string revision(const std::string& name) const {
    EXPECT_EQ(std::system((git() + "rev-parse " + name + " > " + path("revision").string()).c_str()), 0);
    const std::string line = testing::content_of(path("revision"));
    return line.substr(0, line.find('\n'));
  }

 private:
  [[nodiscard]] std::string git() const { return "cd " + work().string() + " && git -c user.name=n -c user.email=e "; }
  void commit(const std::string& message, int milliseconds) {
    write("work", std::to_string(milliseconds));
    write("message", message);
    ASSERT_EQ(std::system((git() + "add ci.yml work message && " + git() + "commit -q -m " + message).c_str()), 0);
  }
};

const std::vector<std::string> kConfirm = {"--confirm", "--file", "ci.yml", "--runs", "10"};

TEST_F(GateConfirm, DoesNotFailForWhatTheRoundsDoNotConfirm) {
  commit_work(20, 20);
  for (int i = 0; i < 4; ++i) add(revision("HEAD"), 1012, kUsual * 3 / 2 + kJitter * i, 12 + i);
  EXPECT_EQ(gate({}).code, 2) << "the machine was slow then";
  std::vector<std::string> words = kConfirm;
  words.insert(words.end(), {"--margin", "10%"});
  const Finished done = gate(words);
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  EXPECT_NE(done.out.find("in 10 rounds; the history says regressed"), std::string::npos) << done.out;
}

TEST_F(GateConfirm, FailsForWhatTheRoundsConfirm) {
  commit_work(20, 40);
  add(revision("HEAD"), 1012, kUsual * 2, 12);
  EXPECT_EQ(gate({}).code, 0) << "a lone value may be a spike";
  std::vector<std::string> words = kConfirm;
  words.emplace_back("--json");
  const Finished done = gate(words);
  EXPECT_EQ(done.code, 2) << done.out << done.err;
  const json metric = json::parse(done.out).at("metrics").at(0);
  EXPECT_EQ(metric.at("name"), "test/cpu.usage_usec");
  EXPECT_EQ(metric.at("rounds"), 10);
  const auto ratio = metric.at("ratio").get<double>();
  EXPECT_TRUE(ratio > 1.5 && ratio < 2.5) << ratio << ": the machine may be busy";
  EXPECT_NE(metric.at("warnings").dump().find("the history says inconclusive"), std::string::npos) << done.out;
}

TEST_F(GateConfirm, MeasuresNothingWhereNothingIsSuspect) {
  commit_work(20, 20);
  for (int i = 0; i < 4; ++i) add(revision("HEAD"), 1012, kUsual + kJitter * i, 12 + i);
  const Finished done = gate(kConfirm);
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  EXPECT_EQ(done.out.find("measured again"), std::string::npos) << done.out;
}

TEST_F(GateConfirm, SaysWhatIsWrongInOneLineAndExits125) {
  commit_work(20, 20);
  for (int i = 0; i < 4; ++i) add(revision("HEAD"), 1012, kUsual * 3 / 2, 12 + i);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--confirm"},
                                             {"--file", "ci.yml"},
                                             {"--confirm", "--file", "nope.yml"},
                                             {"--confirm", "--file", "ci.yml", "--runs", "0"},
                                             {"--confirm", "--file", "ci.yml", "--against", "c6"}}) {
    const Finished done = gate(words);
    EXPECT_EQ(done.code, 125) << ::testing::PrintToString(words) << done.out;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
  }
}

}  // namespace
}  // namespace hermetric
