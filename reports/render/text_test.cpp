#include "reports/render/text.hpp"

#include <gtest/gtest.h>

#include <random>

namespace hermetric {
namespace {

TEST(Text, SanitizeKeepsOrdinaryText) {
  EXPECT_EQ(sanitize("test (SEED=1) µ → 日本 💡 \\"), "test (SEED=1) µ → 日本 💡 \\");
}

TEST(Text, SanitizeShowsWhatATerminalWouldObey) {
  EXPECT_EQ(sanitize("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(sanitize("a\r\n\tb\x7f"), "a\\x0d\\x0a\\x09b\\x7f");
  EXPECT_EQ(sanitize(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(sanitize("\xc2\x9b\x33\x31m"), "\\xc2\\x9b31m");  // CSI as one C1 control
  EXPECT_EQ(sanitize("\xe2\x80\xae"
                     "exe.txt"),
            "\\xe2\\x80\\xaeexe.txt");  // right-to-left override
}

TEST(Text, SanitizeShowsWhatIsNotUtf8) {
  EXPECT_EQ(sanitize("a\xff"), "a\\xff");
  EXPECT_EQ(sanitize("\xc3"), "\\xc3");
  EXPECT_EQ(sanitize("\xe2\x82z"), "\\xe2\\x82z");
  EXPECT_EQ(sanitize("\xc0\x9b"), "\\xc0\\x9b");                    // overlong
  EXPECT_EQ(sanitize("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(sanitize("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
}

TEST(Text, SanitizedTextIsSafeAndStaysAsItIs) {
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 12, ' ');
    for (char& c : text) c = static_cast<char>(random() % 256);
    const std::string safe = sanitize(text);
    EXPECT_EQ(sanitize(safe), safe);
    for (const char c : safe) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
}

TEST(Text, CutsByCodePoints) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abcd", 3), "ab…");
  EXPECT_EQ(cut("äöüß", 3), "äö…");
  EXPECT_EQ(cut("äöü", 3), "äöü");
  EXPECT_EQ(cut("ab", 1), "…");
  EXPECT_EQ(cut("ab", 0), "");
}

TEST(Text, PadsByCodePoints) {
  EXPECT_EQ(pad_right("µs", 4), "µs  ");
  EXPECT_EQ(pad_left("µs", 4), "  µs");
  EXPECT_EQ(pad_left("long", 2), "long");
}

}  // namespace
}  // namespace hermetric
