#include "isolation/process/command_room.hpp"

#include <gtest/gtest.h>

namespace hermetric {
namespace {

using Words = std::vector<std::string>;

Words words_of(const char* const* list) {
  Words words;
  for (; *list != nullptr; ++list) words.emplace_back(*list);
  return words;
}

TEST(CommandRoom, HoldsWhatWasWritten) {
  std::vector<char> room(4096);
  const Words candidates = {"/bin/a", "/usr/bin/a"}, argv = {"a", "", "two words"}, environment = {"K=V", "EMPTY="};
  const auto command = write_command(room, candidates, argv, environment);
  ASSERT_TRUE(command);
  EXPECT_EQ(words_of(command->candidates), candidates);
  EXPECT_EQ(words_of(command->argv), argv);
  EXPECT_EQ(words_of(command->envp), environment);
}

TEST(CommandRoom, PointsNowhereElse) {
  std::vector<char> room(4096);
  const auto command = write_command(room, {"/bin/a"}, {"a"}, {"K=V"});
  ASSERT_TRUE(command);
  const auto inside = [&](const void* pointer) {
    return pointer >= room.data() && pointer < room.data() + room.size();
  };
  for (const char* const* list : {command->candidates, command->argv, command->envp}) {
    EXPECT_TRUE(inside(static_cast<const void*>(list)));
    EXPECT_TRUE(inside(*list));
  }
}

TEST(CommandRoom, TakesWhatFitsToTheByteAndNoMore) {
  const std::size_t exact = 6 * sizeof(char*) + 7 + 2 + 4;
  std::vector<char> room(exact);
  EXPECT_TRUE(write_command(room, {"/bin/a"}, {"a"}, {"K=V"}));
  EXPECT_FALSE(write_command(std::span(room).first(exact - 1), {"/bin/a"}, {"a"}, {"K=V"}));
}

TEST(CommandRoom, AnEmptyListIsItsEnd) {
  std::vector<char> room(64);
  const auto command = write_command(room, {}, {}, {});
  ASSERT_TRUE(command);
  EXPECT_EQ(*command->envp, nullptr);
}

}  // namespace
}  // namespace hermetric
