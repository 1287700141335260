#include "runner/exec/timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hermetric {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

Timeline::Row row(Duration at, std::uint64_t cpu_usage_usec, std::uint64_t memory_bytes) {
  Timeline::Row row;
  row.at = at;
  row.sample.cpu_usage_usec = cpu_usage_usec;
  row.sample.memory_bytes = memory_bytes;
  return row;
}

TEST(Timeline, KeepsEveryRowBelowItsLimit) {
  Timeline timeline(milliseconds(100));
  for (unsigned i = 1; i < Timeline::kMaximalRows; ++i) timeline.add(row(milliseconds(100) * i, i, i));
  EXPECT_EQ(timeline.rows().size(), Timeline::kMaximalRows - 1);
  EXPECT_EQ(timeline.interval(), milliseconds(100));
}

TEST(Timeline, MergesNeighboursAtItsLimit) {
  Timeline timeline(milliseconds(100));
  for (unsigned i = 1; i <= Timeline::kMaximalRows; ++i)
    timeline.add(row(milliseconds(100) * i, i, i % 2 == 1 ? 1000 + i : i));
  ASSERT_EQ(timeline.rows().size(), Timeline::kMaximalRows / 2);
  EXPECT_EQ(timeline.interval(), milliseconds(200));
  EXPECT_EQ(timeline.samples(), Timeline::kMaximalRows);
  for (std::size_t i = 0; i < timeline.rows().size(); ++i) {
    const Timeline::Row& merged = timeline.rows()[i];
    ASSERT_EQ(merged.at, milliseconds(200) * (i + 1)) << "row " << i;
    ASSERT_EQ(merged.sample.cpu_usage_usec, 2 * i + 2) << "the later counter of row " << i;
    ASSERT_EQ(merged.sample.memory_bytes, 1000 + 2 * i + 1) << "the higher level of row " << i;
  }
}

TEST(Timeline, StaysBoundedAndEvenAndLosesNoPeakForEver) {
  Timeline timeline(milliseconds(1));
  Duration now{};
  for (unsigned i = 0; i < 100'000; ++i) timeline.add(row(now += timeline.interval(), i, i == 77 ? 999'999 : 5));
  EXPECT_LT(timeline.rows().size(), Timeline::kMaximalRows);
  for (std::size_t i = 1; i < timeline.rows().size(); ++i)
    ASSERT_EQ(timeline.rows()[i].at - timeline.rows()[i - 1].at, timeline.interval()) << "row " << i;
  EXPECT_EQ(timeline.rows().front().sample.memory_bytes, 999'999U);
  EXPECT_EQ(timeline.highest().memory_bytes, 999'999U);
}

TEST(Timeline, TableHasTheColumnsThatEveryRowHas) {
  Timeline timeline(milliseconds(10));
  Timeline::Row first = row(milliseconds(10), 1, 2);
  first.sample.pids = 3;
  timeline.add(first);
  timeline.add(row(milliseconds(20), 4, 5));
  const TimelineTable table = table_of(timeline);
  EXPECT_THAT(table.columns, ElementsAre("at_usec", "cpu_usage_usec", "memory_bytes"));
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre(10'000, 1, 2), ElementsAre(20'000, 4, 5)));
}

}  // namespace
}  // namespace hermetric
