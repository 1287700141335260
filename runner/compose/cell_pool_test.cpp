// Cells made ahead, on real namespaces and groups.

#include "isolation/sandbox/cell_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "isolation/sys/testing/require.hpp"
#include "isolation/sys/testing/temporary_directory.hpp"
#include "runner/compose/session.hpp"
#include "runner/job/resolve.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kPatience = 60s;  // where other work is heavy

/// One session for all tests: it moves the process into a mount namespace of its own.
Session& session() {
  static auto opened = Session::open(std::nullopt);
  return **opened;
}

bool wait_for(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

class CellPoolRoot : public ::testing::Test {
 protected:
  void SetUp() override { HERMETRIC_NEED("root", ::geteuid() == 0, "cells need root"); }

  SandboxSpec spec(const std::string& hostname, const std::string& script = "true") const {
    JobSpec job;
    job.name = "job on " + hostname;
    job.hostname = hostname;
    job.command = {"sh", "-c", script};
    job.workspace = workspace_.path();
    auto resolved = resolve(job, session().facts_for(job));
    if (!resolved) ADD_FAILURE() << resolved.error().message();
    return *std::move(resolved);
  }
  SandboxSpec need(const std::string& hostname) const { return need_of(spec(hostname)); }

  static std::string text_of(const Fd& pipe) {
    std::string text;
    char block[256];
    for (ssize_t size = 0; (size = ::read(pipe.get(), block, sizeof block)) > 0;)
      text.append(block, static_cast<std::size_t>(size));
    return text;
  }

  testing::TemporaryDirectory workspace_{"/var/tmp"};
};

TEST_F(CellPoolRoot, GivesACellThatRunsItsJob) {
  CellPool pool(session().host(), 1);
  pool.expect({need("one")});
  ASSERT_TRUE(wait_for([&] { return pool.waiting() == 1; }));
  const SandboxSpec job = spec("one", "hostname; echo $HERMETRIC_JOB; pwd; cat; exit 3");
  auto cell = pool.take(job);
  ASSERT_TRUE(cell);
  EXPECT_FALSE(cell->sandbox->exec_at());
  ASSERT_TRUE(cell->sandbox->release(job));
  const auto ending = cell->sandbox->wait();
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->exit_code, 3);
  EXPECT_EQ(text_of(cell->out), "one\njob on one\n" + workspace_.path() + "\n");
  EXPECT_TRUE(cell->sandbox->close());
}

TEST_F(CellPoolRoot, GivesEachCellOnce) {
  CellPool pool(session().host(), 1);
  pool.expect({need("one")});
  ASSERT_TRUE(wait_for([&] { return pool.waiting() == 1; }));
  const SandboxSpec job = spec("one");
  auto cell = pool.take(job);
  ASSERT_TRUE(cell);
  const auto another = pool.take(job);  // there, if the maker was quick
  EXPECT_TRUE(!another || another->sandbox->cell() != cell->sandbox->cell());
  ASSERT_TRUE(cell->sandbox->release(job));
  EXPECT_FALSE(cell->sandbox->release(job)) << "two jobs in one cell";
  EXPECT_TRUE(cell->sandbox->wait());
}

TEST_F(CellPoolRoot, GivesNoCellThatWasMadeForAnotherNeed) {
  CellPool pool(session().host(), 1);
  pool.expect({need("one")});
  ASSERT_TRUE(wait_for([&] { return pool.waiting() == 1; }));
  EXPECT_FALSE(pool.take(spec("two")));
  const auto but = [&](const auto& change) {
    SandboxSpec other = spec("one");
    change(other);
    return other;
  };
  EXPECT_FALSE(pool.take(but([](SandboxSpec& other) { other.limits.memory = mebibytes(64); })));
  EXPECT_FALSE(pool.take(but([](SandboxSpec& other) { other.limits.pids = 7; })));
  EXPECT_FALSE(pool.take(but([](SandboxSpec& other) { other.cwd = "/"; })));
  EXPECT_FALSE(pool.take(but([](SandboxSpec& other) { other.uid = 1000; })));
  EXPECT_FALSE(pool.take(but([](SandboxSpec& other) { other.nested = true; })));
  EXPECT_FALSE(pool.take(but([](SandboxSpec& other) { other.host_network = true; })));
  EXPECT_FALSE(pool.take(but([](SandboxSpec& other) { other.mounts.clear(); })));
  EXPECT_FALSE(pool.take(but([](SandboxSpec& other) { other.argv.emplace_back(ChildMemory::kCommandRoom, 'x'); })));
  EXPECT_EQ(pool.waiting(), 1U);
  EXPECT_TRUE(pool.take(but([](SandboxSpec& other) { other.limits.wall_time = 1s; }))) << "the runner's business";
}

TEST_F(CellPoolRoot, HoldsNoMoreThanItsCapacity) {
  CellPool pool(session().host(), 2);
  pool.expect({need("one"), need("one"), need("one"), need("two")});
  ASSERT_TRUE(wait_for([&] { return pool.waiting() == 2; }));
  std::this_thread::sleep_for(300ms);  // longer than it waits for an idle CPU
  EXPECT_EQ(pool.waiting(), 2U);
}

TEST_F(CellPoolRoot, RemovesWhatIsNoLongerExpected) {
  CellPool pool(session().host(), 1);
  pool.expect({need("one")});
  ASSERT_TRUE(wait_for([&] { return pool.waiting() == 1; }));
  pool.expect({need("two")});
  std::optional<PreparedCell> two;
  ASSERT_TRUE(wait_for([&] { return (two = pool.take(spec("two"))).has_value(); }));
  EXPECT_FALSE(pool.take(spec("one")));
}

TEST_F(CellPoolRoot, LeavesNothingBehind) {
  std::vector<std::string> groups;
  std::string scratch;
  {
    CellPool pool(session().host(), 1);
    pool.expect({need("one")});
    ASSERT_TRUE(wait_for([&] { return pool.waiting() == 1; }));
    const auto cell = pool.take(spec("one"));
    ASSERT_TRUE(cell);
    groups = cell->sandbox->groups();
    const auto records = session().host().ledger().records();
    ASSERT_TRUE(records) << records.error().message();
    for (const LedgerRecord& record : *records)
      if (record.cell == cell->sandbox->cell()) scratch = record.scratch;
    EXPECT_TRUE(fs::exists(scratch));
    for (const std::string& group : groups) EXPECT_TRUE(fs::exists(group)) << group;
  }
  EXPECT_FALSE(fs::exists(scratch));
  for (const std::string& group : groups) EXPECT_FALSE(fs::exists(group)) << group;
}

TEST_F(CellPoolRoot, GivesNoCellThatHasDied) {
  CellPool pool(session().host(), 1);
  pool.expect({need("one")});
  ASSERT_TRUE(wait_for([&] { return pool.waiting() == 1; }));
  const auto cell = pool.take(spec("one"));
  ASSERT_TRUE(cell);
  EXPECT_TRUE(cell->sandbox->is_alive());
  cell->sandbox->kill_all();
  EXPECT_TRUE(wait_for([&] { return !cell->sandbox->is_alive(); }));
}

TEST_F(CellPoolRoot, ANeedThatCannotBeMetIsTriedOnce) {
  CellPool pool(session().host(), 2);
  SandboxSpec impossible = need("one");
  impossible.cwd = "/nonexistent";
  pool.expect({impossible, need("two")});
  ASSERT_TRUE(wait_for([&] { return pool.waiting() == 1; }));
  EXPECT_TRUE(pool.take(spec("two")));
}

}  // namespace
}  // namespace hermetric
