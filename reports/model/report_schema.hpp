#pragma once

#include <string_view>

namespace hermetric {

/// The JSON Schema (draft-07) of "hermetric.report/1". It describes what this version writes and nothing more: every
/// key is required, and no other is allowed where the format is closed. run_from_json_text() accepts later additions.
std::string_view report_schema();

}  // namespace hermetric
