#include "reports/render/table.hpp"

#include <algorithm>

#include "reports/render/text.hpp"

namespace hermetric {
namespace {

bool is_left(const Table& table, std::size_t column) {
  return column == 0 || (column < table.left.size() && table.left[column]);
}

std::string markdown_line(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += ' ';
    for (const char c : cell) {
      if (c == '|' || c == '<' || c == '\\') line += '\\';
      line += c;
    }
    line += " |";
  }
  return line + "\n";
}

}  // namespace

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < titles.size(); ++column) {
    widths.push_back(columns_of(titles[column]));
    for (const auto& row : rows) widths.back() = std::max(widths.back(), columns_of(row[column]));
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      if (column > 0) out += "  ";
      out +=
          is_left(*this, column) ? pad_right(cells[column], widths[column]) : pad_left(cells[column], widths[column]);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
  };
  std::string out = line(titles);
  for (const auto& row : rows) out += line(row);
  return out;
}

std::string Table::markdown() const {
  std::string out = markdown_line(titles) + "|";
  for (std::size_t column = 0; column < titles.size(); ++column) out += is_left(*this, column) ? "---|" : "--:|";
  out += "\n";
  for (const auto& row : rows) out += markdown_line(row);
  return out;
}

}  // namespace hermetric
