#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

#include "isolation/sys/result.hpp"
#include "reports/model/json_cursor.hpp"

namespace hermetric {

/// Parses JSON in which numbers may be NaN or Infinity, as some writers have it; they become null. Errors tell line and
/// column.
Result<nlohmann::json> parse_lenient_json(std::string_view text);

/// A finite number, or nothing where there is null. Anything else is an error.
std::optional<double> number_or_null(const JsonCursor& value);

}  // namespace hermetric
