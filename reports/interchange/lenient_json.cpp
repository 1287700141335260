#include "reports/interchange/lenient_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "reports/model/json_text.hpp"

namespace hermetric {
namespace {

constexpr std::array<std::string_view, 6> kNoNumbers = {"NaN", "nan", "Infinity", "infinity", "inf", "Inf"};

/// The end of the string literal that begins at `begin`.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The text with null for what JSON has no number for.
std::string with_nulls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    if (text[at] == '"') {
      end = end_of_string(text, at);
    } else if (is_letter(text[at])) {
      while (end < text.size() && is_letter(text[end])) ++end;
    }
    const std::string_view token = text.substr(at, end - at);
    at = end;
    if (std::find(kNoNumbers.begin(), kNoNumbers.end(), token) == kNoNumbers.end()) {
      out += token;
      continue;
    }
    if (out.ends_with('-')) out.pop_back();
    out += "null";
  }
  return out;
}

}  // namespace

Result<nlohmann::json> parse_lenient_json(std::string_view text) { return parse_json(with_nulls(text)); }

std::optional<double> number_or_null(const JsonCursor& value) {
  if (value.is_null()) return std::nullopt;
  const double number = value.number();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

}  // namespace hermetric
