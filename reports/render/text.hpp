#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hermetric {

/// Text that a job chose, made safe for a terminal and for one line: control characters, invalid UTF-8 and the
/// characters that reorder or hide text (bidirectional controls, line separators) are shown as "\x1b".
std::string sanitize(std::string_view text);

/// How many columns valid UTF-8 takes, one a code point.
std::size_t columns_of(std::string_view text);

/// At most `columns` columns of `text`; what was cut ends in an ellipsis.
std::string cut(std::string_view text, std::size_t columns);

/// `text` with spaces behind it or before it, up to `columns` columns.
std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);

}  // namespace hermetric
