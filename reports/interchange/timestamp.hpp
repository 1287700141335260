#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hermetric {

/// Seconds since 1970 of "2026-11-24", "2026-11-24T17:00:00Z" or "2026-11-24T17:00:00.5+01:00" (RFC 3339).
std::optional<std::int64_t> parse_timestamp(std::string text);

}  // namespace hermetric
