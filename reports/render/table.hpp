#pragma once

#include <string>
#include <vector>

namespace hermetric {

/// Columns of text: the first left-aligned, the others as `left` says. Cells are safe for a terminal already.
struct Table {
  std::vector<std::string> titles;
  std::vector<bool> left;  ///< by column; missing: right
  std::vector<std::vector<std::string>> rows;

  /// Lines for a terminal or a file, two spaces between columns.
  [[nodiscard]] std::string text() const;
  /// A table of GitHub's markdown.
  [[nodiscard]] std::string markdown() const;
};

}  // namespace hermetric
