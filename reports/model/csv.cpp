#include "reports/model/csv.hpp"

#include <charconv>
#include <cmath>

#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_space(char c) { return c == ' ' || c == '\t'; }

class CsvParser {
 public:
  CsvParser(std::string_view text, Csv& csv) : text_(text), csv_(csv) {
    if (text_.starts_with(kByteOrderMark)) line_begin_ = at_ = kByteOrderMark.size();
  }

  Status parse() {
    while (at_ < text_.size()) {
      std::vector<CsvCell> row;
      TRY(parse_row(row));
      if (row.size() == 1 && row[0].text.empty()) continue;
      if (!csv_.rows.empty() && row.size() != csv_.rows[0].size())
        return std::unexpected(csv_.error_at(row.front(), "expected " + std::to_string(csv_.rows[0].size()) +
                                                              " cells as in the first row, found " +
                                                              std::to_string(row.size())));
      csv_.rows.push_back(std::move(row));
    }
    return {};
  }

 private:
  [[nodiscard]] bool at_end_of_cell() const {
    return at_ == text_.size() || text_[at_] == ',' || text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n");
  }

  Status parse_row(std::vector<CsvCell>& row) {
    while (true) {
      TRY(parse_cell(row));
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      if (at_ < text_.size()) {
        at_ += text_[at_] == '\r' ? 2 : 1;
        ++line_;
        line_begin_ = at_;
      }
      return {};
    }
  }

  Status parse_cell(std::vector<CsvCell>& row) {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    CsvCell& cell = row.emplace_back(CsvCell{"", line_, at_ - line_begin_ + 1});
    if (at_ < text_.size() && text_[at_] == '"') return parse_quoted(cell);
    while (!at_end_of_cell()) {
      if (text_[at_] == '"')
        return std::unexpected(csv_.error_at(here(), "a quote within a cell that does not begin with one"));
      cell.text += text_[at_++];
    }
    while (!cell.text.empty() && is_space(cell.text.back())) cell.text.pop_back();
    return {};
  }

  Status parse_quoted(CsvCell& cell) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"' && !text_.substr(at_ + 1).starts_with('"')) {
        ++at_;
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        if (at_end_of_cell()) return {};
        return std::unexpected(
            csv_.error_at(here(), "expected a comma or the end of the line behind the closing quote"));
      }
      if (text_[at_] == '"') ++at_;
      cell.text += text_[at_];
      if (text_[at_] != '\n') continue;
      ++line_;
      line_begin_ = at_ + 1;
    }
    return std::unexpected(csv_.error_at(cell, "the closing quote is missing"));
  }

  [[nodiscard]] CsvCell here() const { return {"", line_, at_ - line_begin_ + 1}; }

  std::string_view text_;
  Csv& csv_;
  std::size_t at_ = 0, line_ = 1, line_begin_ = 0;
};

}  // namespace

Error Csv::error_at(const CsvCell& cell, std::string_view what) const {
  return Error(file + ":" + std::to_string(cell.line) + ":" + std::to_string(cell.column) + ": " + std::string(what));
}

Result<Csv> parse_csv(std::string_view text, std::string file) {
  Csv csv{std::move(file), {}};
  TRY(CsvParser(text, csv).parse());
  if (csv.rows.empty()) return std::unexpected(Error(csv.file + ": empty: expected a CSV file with a header"));
  return csv;
}

Result<Csv> read_csv(const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path == "-" ? "/dev/stdin" : path));
  return parse_csv(text, path == "-" ? "stdin" : path);
}

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace hermetric
