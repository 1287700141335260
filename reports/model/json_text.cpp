#include "reports/model/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

std::string plain(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

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
    out += plain(key);
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
  out += plain(value);
}

}  // namespace hermetric
