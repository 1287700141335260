#include "reports/render/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace hermetric {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Select Graphic Rendition of ECMA-48.
int code_of(Colour colour) {
  switch (colour) {
    case Colour::kBold: return 1;
    case Colour::kDim: return 2;
    case Colour::kRed: return 31;
    case Colour::kGreen: return 32;
    case Colour::kYellow: return 33;
  }
  return 0;
}

}  // namespace

Style style_for(int fd) {
  Style style;
  style.terminal = ::isatty(fd) == 1 && environment("TERM") != "dumb";
  style.colours = style.terminal && environment("NO_COLOR").empty();
  winsize size{};
  if (style.terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col > 0) style.width = size.ws_col;
    if (size.ws_row > 0) style.height = size.ws_row;
  }
  return style;
}

std::string paint(std::string_view text, Colour colour, const Style& style) {
  if (!style.colours) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(colour), text);
}

}  // namespace hermetric
