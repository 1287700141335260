#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// One cell of a CSV file, and where it begins, counted from 1; columns are bytes of the line.
struct CsvCell {
  std::string text;
  std::size_t line = 0, column = 0;
};

/// A CSV file (RFC 4180): commas, quotes doubled within quotes, lines ended by LF or CRLF, a byte order mark and empty
/// lines ignored. All rows have as many cells as the first. Spaces around unquoted cells are not part of them.
struct Csv {
  std::string file;  ///< for messages
  std::vector<std::vector<CsvCell>> rows;

  /// "FILE:LINE:COLUMN: WHAT".
  [[nodiscard]] Error error_at(const CsvCell& cell, std::string_view what) const;
};

Result<Csv> parse_csv(std::string_view text, std::string file);

/// A file, or standard input where the path is "-".
Result<Csv> read_csv(const std::string& path);

/// A finite decimal number, all of `text`.
std::optional<double> parse_number(std::string_view text);

}  // namespace hermetric
