#include "reports/model/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

/// A whole serializer for each key and number was half of a report's cost; what needs escaping still has one.
void append_string(std::string& out, const std::string& text) {
  if (!std::ranges::all_of(text, is_plain)) {
    out += dumped(text);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

template <typename Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, std::numeric_limits<Integer>::digits10 + 2> digits{};
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_scalar(std::string& out, const Json& value) {
  if (const auto* text = value.get_ptr<const Json::string_t*>()) return append_string(out, *text);
  if (const auto* number = value.get_ptr<const Json::number_unsigned_t*>()) return append_integer(out, *number);
  if (const auto* number = value.get_ptr<const Json::number_integer_t*>()) return append_integer(out, *number);
  if (value.is_null())
    out += "null";
  else
    out += dumped(value);
}

bool fits_one_line(const Json& array) {
  return std::ranges::none_of(array, [](const Json& element) { return element.is_structured(); });
}

void new_line(std::string& out, std::size_t level) {
  out += '\n';
  out.append(2 * level, ' ');
}

void append_array(std::string& out, const Json& array, std::size_t level) {
  const bool one_line = fits_one_line(array);
  const char* separator = "";
  out += '[';
  for (const Json& element : array) {
    out += separator;
    separator = one_line ? ", " : ",";
    if (!one_line) new_line(out, level + 1);
    append_json(out, element, level + 1);
  }
  if (!one_line) new_line(out, level);
  out += ']';
}

void append_object(std::string& out, const Json& object, std::size_t level) {
  const char* separator = "";
  out += '{';
  for (const auto& [key, value] : object.items()) {
    out += separator;
    separator = ",";
    new_line(out, level + 1);
    append_string(out, key);
    out += ": ";
    append_json(out, value, level + 1);
  }
  if (!object.empty()) new_line(out, level);
  out += '}';
}

/// nlohmann's message without its "[json.exception.parse_error.101] ": line, column and what was wrong.
std::string_view sentence_of(std::string_view message) {
  const std::size_t end = message.find("] ");
  return end == std::string_view::npos ? message : message.substr(end + 2);
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& exception) {
    return std::unexpected(Error(std::string(sentence_of(exception.what()))));
  }
}

void append_json(std::string& out, const Json& value, std::size_t level) {
  if (value.is_array()) return append_array(out, value, level);
  if (value.is_object()) return append_object(out, value, level);
  append_scalar(out, value);
}

}  // namespace hermetric
