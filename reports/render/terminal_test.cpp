#include "reports/render/terminal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <stdlib.h>

#include "isolation/sys/fd.hpp"

namespace hermetric {
namespace {

class StyleFor : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    const winsize size = {.ws_row = 50, .ws_col = 132, .ws_xpixel = 0, .ws_ypixel = 0};
    int master = -1;
    int slave = -1;
    if (::openpty(&master, &slave, nullptr, nullptr, &size) != 0) GTEST_SKIP() << "no pseudo-terminal on this host";
    master_ = Fd(master);
    terminal_ = Fd(slave);
  }

  Fd master_, terminal_;
};

TEST_F(StyleFor, Terminal) {
  const Style style = style_for(terminal_.get());
  EXPECT_TRUE(style.terminal);
  EXPECT_TRUE(style.colours);
  EXPECT_EQ(style.width, 132U);
  EXPECT_EQ(style.height, 50U);
}

TEST_F(StyleFor, NoColorSwitchesColoursOff) {
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_TRUE(style_for(terminal_.get()).terminal);
  EXPECT_FALSE(style_for(terminal_.get()).colours);
  ::setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(style_for(terminal_.get()).colours);
}

TEST_F(StyleFor, DumbTerminalIsAFile) {
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(style_for(terminal_.get()).terminal);
  EXPECT_FALSE(style_for(terminal_.get()).colours);
}

TEST_F(StyleFor, FileHasTheDefaults) {
  const Fd file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  EXPECT_FALSE(style_for(file.get()).terminal);
  EXPECT_FALSE(style_for(-1).colours);
  EXPECT_EQ(style_for(file.get()).width, 80U);
}

TEST(Paint, OnlyWithColours) {
  EXPECT_EQ(paint("x", Colour::kRed, {}), "x");
  EXPECT_EQ(paint("x", Colour::kRed, {.colours = true}), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace hermetric
