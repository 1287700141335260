#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// Parses JSON text. The error tells line, column and what was wrong.
Result<nlohmann::json> parse_json(std::string_view text);

/// Appends `value` as JSON text: two spaces a level, arrays of plain values on one line. `level` is the depth of the
/// line on which the text begins. Invalid UTF-8 becomes U+FFFD, a number that JSON cannot hold becomes null.
void append_json(std::string& out, const nlohmann::ordered_json& value, std::size_t level = 0);

}  // namespace hermetric
