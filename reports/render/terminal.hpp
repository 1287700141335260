#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hermetric {

/// How to write to one place. The defaults suit a file.
struct Style {
  bool terminal = false;  ///< lines can be redrawn in place, and should not be longer than `width`
  bool colours = false;
  std::size_t width = 80;
  std::size_t height = 24;
};

/// What the terminal behind `fd` can do, if it is one. NO_COLOR (any text but the empty one) switches colours off,
/// TERM=dumb makes it a file.
Style style_for(int fd);

enum class Colour { kBold, kDim, kRed, kGreen, kYellow };

/// `text` in a colour, or as it is where there are none.
std::string paint(std::string_view text, Colour colour, const Style& style);

}  // namespace hermetric
