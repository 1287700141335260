#include "runner/job/words.hpp"

#include <gtest/gtest.h>

namespace hermetric {
namespace {

using Words = std::vector<std::string>;

TEST(Words, AreSplitAtBlanks) {
  EXPECT_EQ(split_words(" make  -j2\tall "), (Words{"make", "-j2", "all"}));
  EXPECT_EQ(split_words("true"), Words{"true"});
}

TEST(Words, AreQuotedAsInAShell) {
  EXPECT_EQ(split_words("sh -c 'exit 3; true'"), (Words{"sh", "-c", "exit 3; true"}));
  EXPECT_EQ(split_words(R"(a"b c"d'e "f'\ g)"), Words{"ab cde \"f g"});
  EXPECT_EQ(split_words(R"(printf "\"\$x\n\\" '')"), (Words{"printf", R"("$x\n\)", ""}));
}

TEST(Words, AreNotExpanded) {
  EXPECT_EQ(split_words("echo $HOME *.c {a,b} `id`"), (Words{"echo", "$HOME", "*.c", "{a,b}", "`id`"}));
  EXPECT_EQ(split_words("grep a|b --filter=x;y 8"), (Words{"grep", "a|b", "--filter=x;y", "8"}));
}

TEST(Words, AreRefusedWhereOnlyAShellUnderstands) {
  for (const char* text : {"a | b", "a && b", "a > out", "a 2>&1", "a <in", "a ; b", "a &"}) {
    const auto words = split_words(text);
    ASSERT_FALSE(words) << text;
    EXPECT_NE(words.error().message().find("--shell"), std::string::npos);
  }
  EXPECT_EQ(split_words("a '|' \\> \"2>&1\""), (Words{"a", "|", ">", "2>&1"}));
}

TEST(Words, MustBeThereAndComplete) {
  for (const char* text : {"", "  ", "a 'b", "a \"b"}) EXPECT_FALSE(split_words(text)) << text;
}

}  // namespace
}  // namespace hermetric
