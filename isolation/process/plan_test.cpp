#include "isolation/process/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace hermetric {
namespace {

constexpr int kOpCount = static_cast<int>(Op::kExec) + 1;

TEST(PlanDescribe, HasItsOwnWordsForEveryOp) {
  std::set<std::string> lines;
  for (int op = 0; op < kOpCount; ++op) {
    const std::string line = describe({.op = static_cast<Op>(op), .path = "PATH", .source = "SOURCE", .type = "TYPE"});
    EXPECT_THAT(line, ::testing::Not(::testing::HasSubstr("unknown"))) << "op " << op;
    EXPECT_TRUE(lines.insert(line).second) << "op " << op << " is described like another: " << line;
  }
}

TEST(PlanDescribe, NeedsNoMemberButTheOp) {
  for (int op = 0; op < kOpCount; ++op) EXPECT_FALSE(describe({.op = static_cast<Op>(op)}).empty()) << "op " << op;
}

TEST(PlanDescribe, SaysWhatIsMountedWhereAndHow) {
  EXPECT_EQ(describe({.op = Op::kMount, .path = "/work", .source = "x", .type = "overlay", .data = "lowerdir=/a"}),
            "mount overlay on /work (lowerdir=/a)");
  EXPECT_EQ(describe({.op = Op::kBindMapped, .fd = 3, .path = "/to", .source = "/from"}),
            "bind /from on /to, id-mapped");
  EXPECT_EQ(describe({.op = Op::kBindMapped, .path = "/to", .source = "/from"}), "bind /from on /to");
}

TEST(Plan, KeepsEachActorsStepsInOrder) {
  Plan plan;
  plan.add(Actor::kInit, {.op = Op::kDefaultSignals});
  plan.add(Actor::kJob, {.op = Op::kNewSession});
  plan.mark(Actor::kInit, Stage::kPivot);
  ASSERT_EQ(plan.steps(Actor::kInit).size(), 2U);
  EXPECT_EQ(plan.steps(Actor::kInit)[1].op, Op::kMark);
  EXPECT_EQ(plan.steps(Actor::kInit)[1].number, static_cast<int>(Stage::kPivot));
  ASSERT_EQ(plan.steps(Actor::kJob).size(), 1U);
}

TEST(Plan, KeptTextSurvivesGrowthAndMove) {
  Plan plan;
  const char* first = plan.keep("first");
  for (int i = 0; i < 1000; ++i) plan.keep("text " + std::to_string(i));
  const Plan moved = std::move(plan);
  EXPECT_STREQ(first, "first");
}

TEST(Plan, ViewEndsEveryListWithNull) {
  Plan plan;
  plan.set_command({"/bin/a", "/usr/bin/a"}, {"a", "-x"}, {"K=V"});
  const ChildPlan view = plan.view();
  EXPECT_STREQ(view.command.candidates[1], "/usr/bin/a");
  EXPECT_EQ(view.command.candidates[2], nullptr);
  EXPECT_STREQ(view.command.argv[1], "-x");
  EXPECT_EQ(view.command.argv[2], nullptr);
  EXPECT_STREQ(view.command.envp[0], "K=V");
  EXPECT_EQ(view.command.envp[1], nullptr);
}

}  // namespace
}  // namespace hermetric
