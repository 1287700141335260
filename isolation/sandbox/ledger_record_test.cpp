#include "isolation/sandbox/ledger_record.hpp"

#include <gtest/gtest.h>

#include <random>

namespace hermetric {
namespace {

LedgerRecord full_record() {
  LedgerRecord record;
  record.cell = "12-34-0";
  record.name = "test (SEED=1) \\n";
  record.boot_id = "b00t";
  record.runner_pid = 12;
  record.runner_start_time = 18'446'744'073'709'551'615U;
  record.cgroups = {"/sys/fs/cgroup/a b", "/sys/fs/cgroup/line\nrunner 1 1"};
  record.scratch = "/var/lib/hermetric/cells/12-34-0";
  record.nested = true;
  record.workspace = OverlayLayers{"/scratch/upper1", {"/inputs/one", "/home/\\n/x\ny"}};
  record.init_pid = 99;
  record.running_since = 1'000;
  record.pauses = {{5'000, 7'000}, {9'000, std::nullopt}};
  return record;
}

TEST(LedgerRecord, KeepsEveryFieldThroughItsText) {
  const auto read = ledger_record_from_text(to_text(full_record()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->cell, "12-34-0");
  EXPECT_EQ(read->name, "test (SEED=1) \\n");
  EXPECT_EQ(read->boot_id, "b00t");
  EXPECT_EQ(read->runner_pid, 12);
  EXPECT_EQ(read->runner_start_time, 18'446'744'073'709'551'615U);
  EXPECT_EQ(read->cgroups, full_record().cgroups);
  EXPECT_EQ(read->scratch, "/var/lib/hermetric/cells/12-34-0");
  EXPECT_TRUE(read->nested);
  ASSERT_TRUE(read->workspace);
  EXPECT_EQ(read->workspace->upper, "/scratch/upper1");
  EXPECT_EQ(read->workspace->lowers, full_record().workspace->lowers);
  EXPECT_EQ(read->init_pid, 99);
  EXPECT_EQ(read->running_since, 1'000U);
  ASSERT_EQ(read->pauses.size(), 2U);
  EXPECT_EQ(read->pauses[0].ended_at, 7'000U);
  EXPECT_TRUE(read->paused());
  EXPECT_EQ(to_text(*read), to_text(full_record()));
}

TEST(LedgerRecord, AJobWithoutWorkspaceHasNone) {
  LedgerRecord record = full_record();
  record.workspace.reset();
  record.init_pid = 0;
  const auto read = ledger_record_from_text(to_text(record));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->workspace);
  EXPECT_EQ(read->init_pid, 0);
}

TEST(LedgerRecord, LearnsFromAppendedLines) {
  LedgerRecord record = full_record();
  record.init_pid = 0;
  record.pauses.clear();
  std::string text = to_text(record);
  EXPECT_FALSE(ledger_record_from_text(text)->paused());
  text += running_line(7, 8) + paused_line(10) + resumed_line(20);
  EXPECT_EQ(ledger_record_from_text(text)->init_pid, 7);
  EXPECT_FALSE(ledger_record_from_text(text)->paused());
  EXPECT_TRUE(ledger_record_from_text(text + paused_line(30))->paused());
}

TEST(LedgerRecord, AddsUpPausesAndThePauseThatLasts) {
  LedgerRecord record;
  EXPECT_EQ(paused_time_of(record, 1), Duration(0));
  record.pauses = {{1'000'000, 3'000'000}, {5'000'000, std::nullopt}};
  EXPECT_EQ(paused_time_of(record, 9'000'000), std::chrono::milliseconds(2 + 4));
  EXPECT_EQ(paused_time_of(record, 4'000'000), std::chrono::milliseconds(2)) << "a clock that is behind adds nothing";
}

TEST(LedgerRecord, IgnoresAPauseThatDoesNotFit) {
  const std::string base = "cell c\nrunner 1 1\ncomplete\n";
  EXPECT_TRUE(ledger_record_from_text(base + "resumed 5\n")->pauses.empty());
  EXPECT_EQ(ledger_record_from_text(base + "paused 5\npaused 6\n")->pauses.size(), 1U);
  EXPECT_EQ(ledger_record_from_text(base + "paused 5\nresumed 4\n")->pauses[0].ended_at, 5U);
  for (const char* line :
       {"paused\n", "paused x\n", "paused -1\n", "paused 1 2\n", "paused 99999999999999999999\n", "paused 5"})
    EXPECT_TRUE(ledger_record_from_text(base + line)->pauses.empty()) << line;
}

TEST(LedgerRecord, IsNothingUntilItIsComplete) {
  const std::string text = to_text(full_record());
  const std::size_t complete = text.find("complete\n") + 9;
  for (std::size_t length = 0; length < text.size(); ++length)
    EXPECT_EQ(ledger_record_from_text(text.substr(0, length)).has_value(), length >= complete) << length;
}

TEST(LedgerRecord, NamesNoProcessByAPidThatIsNone) {
  EXPECT_FALSE(ledger_record_from_text("cell c\nrunner -1 1\ncomplete\n"));
  EXPECT_FALSE(ledger_record_from_text("cell c\nrunner 99999999999 1\ncomplete\n"));
  EXPECT_FALSE(ledger_record_from_text("runner 1 1\ncomplete\n"));
  const auto read = ledger_record_from_text("cell c\nrunner 1 1\ncomplete\ninit -5 1\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->init_pid, 0);
}

/// Whatever stands in the file: no crash, no pid below zero, and what was understood is written as it was understood.
TEST(LedgerRecord, SurvivesDamagedTexts) {
  const std::string good = to_text(full_record());
  std::mt19937 random(1);
  std::size_t understood = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = good;
    for (int damage = std::uniform_int_distribution<int>(1, 8)(random); damage > 0; --damage) {
      const std::size_t at = std::uniform_int_distribution<std::size_t>(0, text.size() - 1)(random);
      if (damage % 3 == 0)
        text.erase(at, 1);
      else if (damage % 3 == 1)
        text[at] = static_cast<char>(std::uniform_int_distribution<int>(0, 255)(random));
      else
        text.insert(at, text, std::uniform_int_distribution<std::size_t>(0, text.size() - 1)(random), 20);
    }
    const auto read = ledger_record_from_text(text);
    if (!read) continue;
    ++understood;
    EXPECT_GT(read->runner_pid, 0);
    EXPECT_GE(read->init_pid, 0);
    const auto again = ledger_record_from_text(to_text(*read));
    ASSERT_TRUE(again);
    EXPECT_EQ(to_text(*again), to_text(*read));
  }
  EXPECT_GT(understood, 100U);
}

}  // namespace
}  // namespace hermetric
