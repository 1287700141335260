// The history of a repository with several projects through the real executable: a job whose workspace did not change
// has not changed, whatever was measured.

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "isolation/sys/scope_exit.hpp"
#include "runner/cli/testing/cli.hpp"

namespace hermetric {
namespace {

using testing::json;

constexpr const char* kJobs = R"(jobs:
  still: { command: cat source, workspace: still }
  moving: { command: cat source, workspace: moving }
  build: { command: cp source built, workspace: still, artifacts: [built] }
  test: { command: cat built, workspace: still, needs: [build], inputs: [build] }
  further: { command: cat source, workspace: still, ro: [moving] }
)";

/// A repository with the folders "still" and "moving", in one of which nothing ever changes, and the report of one run
/// of a job in each.
class HistoryInputs : public testing::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (testing::is_emulated()) GTEST_SKIP() << "test machines have no git";
    testing::fs::create_directories(work() / "still");
    testing::fs::create_directories(work() / "moving");
    write("ci.yml", kJobs);
    write("still/source", "one");
    write(".gitignore", "*.o\n");
    git("init -q .");
    commit(0);
    ASSERT_EQ(hermetric({"run", "ci.yml", "--report-dir", path("run").string()}).code, 0);
    report_ = checked_report(path("run") / "report.json");
  }

  void git(const std::string& words) const {
    const std::string call = "cd " + work().string() + " && git -c user.name=n -c user.email=e " + words;
    ASSERT_EQ(std::system(call.c_str()), 0) << words;
  }

  void commit(int number) {
    write("moving/source", std::to_string(number));
    git("add -A && GIT_COMMITTER_DATE=@" + std::to_string(1'000'000'000 + number) +
        " git -c user.name=n -c user.email=e commit -q --allow-empty -m " + std::to_string(number));
  }

  /// The report again, with `cpu_usec` of CPU time for each job, as one of the commit that is checked out.
  void add(std::int64_t cpu_usec, const std::vector<std::string>& more = {}) {
    report_["run"]["id"] = "report-" + std::to_string(next_id_++);
    for (json& job : report_["jobs"]) job["resources"]["cpu"]["usage_usec"] = cpu_usec;
    std::ofstream(path("report.json")) << report_.dump();
    std::vector<std::string> words = {"history", "add", path("report.json"), "--db", path("h.db"), "--project", "p"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished added = hermetric(words);
    ASSERT_EQ(added.out, "added 1 of 1 reports\n") << added.err;
  }

  /// What was added last; null: not known.
  json inputs_of(const std::string& job) {
    const Finished shown = hermetric({"history", "show", job + "/cpu.usage_usec", "--db", path("h.db"), "--json"});
    return json::parse(shown.out).at("series").at(0).at("points").back().at("inputs");
  }

  Finished history(const std::string& command, const std::string& job, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"history",  command,          "--db",  path("h.db"),
                                      "--metric", "cpu.usage_usec", "--job", job};
    words.insert(words.end(), more.begin(), more.end());
    return hermetric(words);
  }

  json report_;

 private:
  int next_id_ = 0;
};

constexpr std::int64_t kUsual = 100'000, kMore = 130'000;

TEST_F(HistoryInputs, AnalyzeAndGateBlameOnlyTheJobThatChanged) {
  constexpr int kCommits = 16, kStep = 8;
  for (int i = 1; i <= kCommits; ++i) {
    commit(i);
    add((i < kStep ? kUsual : kMore) + std::int64_t{500} * (i * 7 % 5));
  }
  const json moving = json::parse(history("analyze", "moving", {"--json"}).out).at("series").at(0);
  ASSERT_EQ(moving.at("change_points").size(), 1U) << moving;
  EXPECT_EQ(moving["change_points"][0].at("index"), kStep - 1);
  const json still = json::parse(history("analyze", "still", {"--json"}).out).at("series").at(0);
  EXPECT_EQ(still.at("values"), kCommits);
  EXPECT_TRUE(still.at("change_points").empty()) << still;

  commit(kCommits + 1);
  for (int i = 0; i < 6; ++i) add(kMore * 3 / 2 + std::int64_t{100} * i);
  EXPECT_EQ(history("gate", "moving").code, 2);
  const Finished gated = history("gate", "still", {"--strict"});
  EXPECT_EQ(gated.code, 0) << gated.out << gated.err;
  EXPECT_NE(gated.out.find("unchanged: its inputs are those of "), std::string::npos) << gated.out;
}

TEST_F(HistoryInputs, AreThoseOfEachJobsOwnWorkspaceAndWhatItSawOfOthers) {
  add(1);
  const json still = inputs_of("still"), moving = inputs_of("moving"), test = inputs_of("test");
  for (const json& inputs : {still, moving, test}) EXPECT_TRUE(inputs.is_string());
  EXPECT_NE(still, moving);
  EXPECT_NE(still, test) << "another command";
  EXPECT_EQ(inputs_of("further"), nullptr) << "it saw a directory more";
  commit(1);
  add(1);
  EXPECT_EQ(inputs_of("still"), still);
  EXPECT_NE(inputs_of("moving"), moving);
  EXPECT_EQ(inputs_of("test"), test);
  for (json& job : report_["jobs"])
    if (job["name"] == "build") job["artifacts"][0]["sha256"] = std::string(64, '0');
  add(1);
  EXPECT_EQ(inputs_of("still"), still);
  EXPECT_NE(inputs_of("test"), test) << "built otherwise";
  for (json& job : report_["jobs"]) job["limits"]["memory_bytes"] = 123456789;
  add(1);
  EXPECT_NE(inputs_of("still"), still) << "other limits";
}

TEST_F(HistoryInputs, AreNotKnownWhereTheWorkspaceIsNotWhatTheCommitHas) {
  const auto expect_unknown = [&](const char* why) {
    add(1);
    EXPECT_EQ(inputs_of("still"), nullptr) << why;
    EXPECT_TRUE(inputs_of("moving").is_string()) << why;
  };
  write("still/untracked", "");
  expect_unknown("a file that git does not have");
  testing::fs::rename(work() / "still/untracked", work() / "still/ignored.o");
  expect_unknown("a file that git ignores");
  testing::fs::remove(work() / "still/ignored.o");
  write("still/source", "two");
  expect_unknown("a file that is changed");
  git("update-index --assume-unchanged still/source");
  expect_unknown("a file that git does not look at");
  git("update-index --no-assume-unchanged still/source");
  git("checkout -q still/source");
  git("init -q still/inner && git -C still/inner -c user.name=n -c user.email=e commit -q --allow-empty -m i");
  expect_unknown("another repository");
  git("-c advice.addEmbeddedRepo=false add still/inner && git -c user.name=n -c user.email=e commit -q -m inner");
  expect_unknown("a submodule");
}

TEST_F(HistoryInputs, AreNotKnownOfAnotherCommitOrAnotherHost) {
  commit(1);
  add(1, {"--commit", "HEAD~1"});
  EXPECT_EQ(inputs_of("still"), nullptr) << "not checked out";
  report_["run"]["host"]["hostname"] = "elsewhere";
  add(1);
  EXPECT_EQ(inputs_of("still"), nullptr) << "nobody knows what lay there";
}

TEST_F(HistoryInputs, DoNotHeedTheReportItself) {
  write("whole.yml", "jobs: { whole: { command: 'true' } }");
  commit(1);
  ASSERT_EQ(hermetric({"run", "whole.yml"}).code, 0);
  ASSERT_EQ(hermetric({"history", "add", "hermetric-report/report.json", "--db", path("h.db")}).code, 0);
  const Finished shown = hermetric({"history", "show", "whole/wall_usec", "--db", path("h.db"), "--json"});
  EXPECT_TRUE(json::parse(shown.out)["series"][0]["points"][0]["inputs"].is_string()) << shown.out;
}

/// In /srv, which a host root shows.
TEST_F(HistoryInputs, AreTheWholeWorkTreeWhereTheJobSeesIt) {
  std::string place = "/srv/hermetric-inputs-XXXXXX";
  ASSERT_NE(::mkdtemp(place.data()), nullptr);
  const ScopeExit remove([&] { testing::fs::remove_all(place); });
  testing::fs::permissions(place, testing::fs::perms(0755));
  testing::fs::copy(work(), place, testing::fs::copy_options::recursive);
  const std::string still = place + "/still";
  const Finished ran = hermetric({"exec", "--workspace", still, "--stdout", path("beside"), "--report",
                                  path("report.json"), "--", "cat", "../moving/source"});
  EXPECT_EQ(testing::content_of(path("beside")), "0");
  EXPECT_EQ(ran.code, 0) << ran.err;
  report_ = json::parse(testing::content_of(path("report.json")));
  const std::string name = report_["jobs"][0]["name"];
  add(1);
  const json before = inputs_of(name);
  EXPECT_TRUE(before.is_string());
  commit(1);
  const std::string pull = "git -C " + place + " pull -q " + work().string() + " HEAD";
  EXPECT_EQ(std::system(pull.c_str()), 0);
  add(1);
  EXPECT_TRUE(inputs_of(name).is_string());
  EXPECT_NE(inputs_of(name), before);
}

}  // namespace
}  // namespace hermetric
