#pragma once

#include <cstdint>
#include <string>

#include "isolation/types/units.hpp"

namespace hermetric {

/// For people: three significant digits, exact where no larger unit is called for. "0 B", "999 µs", "1.23 s",
/// "12.3 MiB", "0.977 GiB" (1000 MiB would be four digits), "16.7 min", "45.6 k".
std::string format_duration(Duration duration);
std::string format_bytes(Bytes bytes);
std::string format_count(std::uint64_t count);

}  // namespace hermetric
