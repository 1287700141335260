#include "reports/store/history_store.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "reports/store/sqlite.hpp"

namespace hermetric {
namespace {

class History : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "hermetric-history-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path() const { return (directory_ / "new/history.db").string(); }

  [[nodiscard]] std::unique_ptr<HistoryStore> open() const {
    auto store = open_history(path());
    EXPECT_TRUE(store) << store.error().message();
    return store ? std::move(*store) : nullptr;
  }

 private:
  std::filesystem::path directory_;
};

const SeriesFilter kWall = {"", "", "wall"};

HistoryRun run_of(const std::string& id, std::int64_t time, double value, const std::string& machine = "m") {
  return {"p",
          "c" + id,
          "main",
          "",
          "r" + id,
          time,
          {{"job", "wall_usec", machine, value}, {"job", "cpu", machine, 2 * value}}};
}

TEST_F(History, KeepsSeriesInTheOrderOfCommits) {
  const auto store = open();
  ASSERT_EQ(store->add({run_of("2", 20, 5)}), 1U);
  ASSERT_EQ(store->add({run_of("1", 10, 4), run_of("3", 20, 6)}), 2U);
  const auto series = open()->list(kWall);
  ASSERT_EQ(series->size(), 1U);
  EXPECT_EQ(series->front().points, 3);
  EXPECT_EQ(series->front().last_commit, "c3");
  const auto points = store->points(series->front().id);
  ASSERT_EQ(points->size(), 3U);
  EXPECT_EQ(points->at(0).commit, "c1");
  EXPECT_EQ(points->at(1).commit, "c2");
  EXPECT_EQ(points->at(2).value, 6);
}

TEST_F(History, TakesAReportOnce) {
  const auto store = open();
  EXPECT_EQ(store->add({run_of("1", 10, 4)}), 1U);
  EXPECT_EQ(store->add({run_of("1", 10, 4)}), 0U);
  EXPECT_EQ(store->list({})->front().points, 1);
}

TEST_F(History, BeginsAnotherSeriesOnAnotherMachine) {
  const auto store = open();
  ASSERT_EQ(store->add({run_of("1", 10, 4, "old"), run_of("2", 20, 8, "new")}), 2U);
  EXPECT_EQ(store->list(kWall)->size(), 2U);
}

TEST_F(History, KnowsUnitAndDirectionOfASeries) {
  HistoryRun run = run_of("1", 10, 4);
  run.figures = {{"job", "value", "m", 4, "MB/s", true}, {"job", "wall_usec", "m", 5}};
  ASSERT_EQ(open()->add({run}), 1U);
  const auto series = open()->list({});
  ASSERT_EQ(series->size(), 2U);
  EXPECT_EQ(series->at(0).unit, "MB/s");
  EXPECT_TRUE(series->at(0).bigger_is_better);
  EXPECT_EQ(series->at(1).unit, "");
  EXPECT_FALSE(series->at(1).bigger_is_better);
}

TEST_F(History, TakesAFileOfTheFirstVersionAlong) {
  ASSERT_EQ(open()->add({run_of("1", 10, 4)}), 1U);
  ASSERT_TRUE(Database::open(path())->execute(
      "ALTER TABLE series DROP COLUMN unit; ALTER TABLE series DROP COLUMN bigger_is_better; DROP TABLE inputs;"
      "PRAGMA user_version = 1"));
  const auto store = open();
  ASSERT_TRUE(store);
  ASSERT_EQ(store->add({run_of("2", 20, 5)}), 1U);
  EXPECT_EQ(store->list(kWall)->front().points, 2);
}

TEST_F(History, TakesAFileWithoutInputsAlong) {
  ASSERT_EQ(open()->add({run_of("1", 10, 4)}), 1U);
  ASSERT_TRUE(Database::open(path())->execute("DROP TABLE inputs; PRAGMA user_version = 2"));
  const auto store = open();
  ASSERT_TRUE(store);
  HistoryRun later = run_of("2", 20, 5);
  later.inputs = {{"job", "abc"}};
  ASSERT_EQ(store->add({later}), 1U);
  const auto points = store->points(store->list(kWall)->front().id);
  ASSERT_EQ(points->size(), 2U);
  EXPECT_EQ(points->at(0).inputs, "");
  EXPECT_EQ(points->at(0).value, 4);
  EXPECT_EQ(points->at(1).inputs, "abc");
}

TEST_F(History, KeepsTheInputsOfEachJobOfARun) {
  HistoryRun run = run_of("1", 10, 4);
  run.figures.push_back({"job", "wall_usec", "m", 6});
  run.figures.push_back({"other", "wall_usec", "m", 5});
  run.figures.push_back({"third", "wall_usec", "m", 5});
  run.inputs = {{"job", "abc"}, {"other", "def"}};
  const auto store = open();
  ASSERT_EQ(store->add({run}), 1U);
  std::vector<std::string> found;
  const auto all = store->list(kWall);
  for (const SeriesInfo& series : *all) {
    const auto points = store->points(series.id);
    for (const HistoryPoint& point : *points) found.push_back(point.inputs);
  }
  EXPECT_EQ(found, (std::vector<std::string>{"abc", "abc", "def", ""}));
  EXPECT_EQ(store->prune({.before = 100}), 1U);
  EXPECT_EQ(Database::open(path())->integer("SELECT count(*) FROM inputs"), 0);
}

TEST(ByCommit, KnowsInputsThatAllValuesOfACommitHave) {
  const auto point = [](const char* commit, const char* inputs) { return HistoryPoint{commit, "", "", 10, 1, inputs}; };
  const auto commits =
      by_commit({point("a", "x"), point("b", "x"), point("b", "x"), point("c", "x"), point("c", ""), point("d", ""),
                 point("e", ""), point("f", "x"), point("f", "y"), point("f", "x"), point("g", "x"), point("h", "y")});
  EXPECT_EQ(equal_to_the_one_before(commits),
            (std::vector<bool>{false, true, false, false, false, false, false, false}));
}

TEST(ByCommit, GathersTheValuesOfACommitInItsFirstPlace) {
  const auto commits = by_commit(
      {{"a", "", "", 10, 1}, {"b", "", "", 10, 2}, {"a", "", "", 10, 3}, {"c", "", "", 20, 4}, {"b", "", "", 20, 5}});
  ASSERT_EQ(commits.size(), 3U);
  EXPECT_EQ(commits[0].commit, "a");
  EXPECT_EQ(commits[0].values, (std::vector<double>{1, 3}));
  EXPECT_EQ(commits[1].values, (std::vector<double>{2, 5}));
  EXPECT_EQ(commits[1].time, 10);
  EXPECT_EQ(commits[2].values, std::vector<double>{4});
}

TEST_F(History, PrunesByNumberAndByTime) {
  const auto store = open();
  for (int i = 1; i <= 9; ++i) ASSERT_EQ(store->add({run_of(std::to_string(i), i, i)}), 1U);
  EXPECT_EQ(store->prune({.before = 3}), 2U);
  EXPECT_EQ(store->prune({.keep = 4}), 3U);
  EXPECT_EQ(store->points(store->list({})->front().id)->front().commit, "c6");
  EXPECT_EQ(store->prune({.before = 100}), 4U);
  EXPECT_TRUE(store->list({})->empty());
}

TEST_F(History, RefusesFilesThatAreNotItsOwn) {
  std::filesystem::create_directories(std::filesystem::path(path()).parent_path());
  std::ofstream(path()) << "no database, but long enough to be looked at by whoever opens it; no database at all.\n"
                        << std::string(4096, 'x');
  EXPECT_NE(open_history(path()).error().message().find("not a database"), std::string::npos);
  std::filesystem::remove(path());
  ASSERT_TRUE(Database::open(path())->execute("CREATE TABLE a (b)"));
  EXPECT_NE(open_history(path()).error().message().find("no history of hermetric"), std::string::npos);
  std::filesystem::remove(path());
  ASSERT_NE(open(), nullptr);
  ASSERT_TRUE(Database::open(path())->execute("PRAGMA user_version = 99"));
  EXPECT_NE(open_history(path()).error().message().find("newer hermetric"), std::string::npos);
}

TEST_F(History, LosesNothingWhenProcessesAddAtOnce) {
  constexpr int kProcesses = 4, kRuns = 25;
  std::vector<pid_t> children;
  for (int child = 0; child < kProcesses; ++child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      const auto store = open_history(path());
      bool good = store.has_value();
      for (int i = 0; good && i < kRuns; ++i)
        good = (*store)->add({run_of(std::to_string(child) + "-" + std::to_string(i), i, i)}) == 1U;
      ::_exit(good ? 0 : 1);
    }
    ASSERT_GT(pid, 0);
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(open()->list(kWall)->front().points, kProcesses * kRuns);
}

// The child tells by a pipe of each report that add() has returned from; none of them may be missing afterwards.
TEST_F(History, SurvivesSigkillAtAnyInstant) {
  std::size_t confirmed = 0;
  for (int round = 0; round < 25; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      auto store = open_history(path());
      for (int i = 0; store; ++i)
        if (!(*store)->add({run_of(std::to_string(round) + "-" + std::to_string(i), round, i)}) ||
            ::write(ends[1], "+", 1) != 1)
          break;
      ::_exit(1);
    }
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(1000 + 2311 * round));
    ::kill(pid, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFSIGNALED(status));
    char byte = 0;
    while (::read(ends[0], &byte, 1) == 1) ++confirmed;
    ::close(ends[0]);
    const auto store = open();
    ASSERT_NE(store, nullptr);
    const auto series = store->list(kWall);
    const std::size_t points = series->empty() ? 0 : static_cast<std::size_t>(series->front().points);
    EXPECT_GE(points, confirmed);
    EXPECT_LE(points, confirmed + static_cast<std::size_t>(round) + 1) << "at most the one being added";
  }
  EXPECT_GT(confirmed, 0U);
}

TEST(ReportFigures, LeaveOutJobsThatDidNotPass) {
  RunReport report;
  for (const OutcomeStatus status :
       {OutcomeStatus::kPassed, OutcomeStatus::kFailed, OutcomeStatus::kTimedOut, OutcomeStatus::kOutOfMemory}) {
    JobReport job;
    job.name = name_of(status);
    job.outcome.status = status;
    job.resources.wall_usec = Measured::of(7, "clock");
    report.jobs.push_back(job);
  }
  const auto figures = figures_of(report);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].job, "passed");
  EXPECT_EQ(figures[0].metric, "wall_usec");
  EXPECT_EQ(figures[0].value, 7);
}

TEST(MachineClass, TellsMachinesApartButNotBoots) {
  HostReport host;
  host.hostname = "a";
  host.kernel = "6.18.3-generic";
  host.cpu_model = "Xeon";
  host.cgroup = "v2";
  host.cpus = 2;
  host.memory = Bytes{(std::uint64_t{24} << 30) - (100 << 20)};
  EXPECT_EQ(machine_class(host), "Xeon, 2 CPUs, 24 GiB, kernel 6.18, cgroup v2");
  HostReport other = host;
  other.hostname = "b";
  other.kernel = "6.18.4";
  other.memory = Bytes{(std::uint64_t{24} << 30) - (101 << 20)};
  EXPECT_EQ(machine_class(other), machine_class(host));
  other.cpus = 4;
  EXPECT_NE(machine_class(other), machine_class(host));
  EXPECT_EQ(machine_class({}), "?, ? CPUs, ? GiB, kernel ?, cgroup ?");
}

}  // namespace
}  // namespace hermetric
