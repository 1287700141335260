#include "reports/render/units.hpp"

#include <fmt/format.h>

#include <span>
#include <string_view>

namespace hermetric {
namespace {

struct Unit {
  std::string_view name;
  double step;  ///< how many of it make one of the next
};

constexpr Unit kTimeUnits[] = {{" µs", 1000}, {" ms", 1000}, {" s", 60}, {" min", 60}, {" h", 1}};
constexpr Unit kByteUnits[] = {{" B", 1024},   {" KiB", 1024}, {" MiB", 1024}, {" GiB", 1024},
                               {" TiB", 1024}, {" PiB", 1024}, {" EiB", 1}};
constexpr Unit kCountUnits[] = {{"", 1000},   {" k", 1000}, {" M", 1000}, {" G", 1000},
                                {" T", 1000}, {" P", 1000}, {" E", 1}};

int decimals_of(double value) {
  if (value < 0.9995) return 3;
  if (value < 9.995) return 2;
  return value < 99.95 ? 1 : 0;
}

/// The smallest unit in which three digits hold the whole part; there is nothing to round in the first.
std::string format(double value, std::span<const Unit> units) {
  bool exact = true;
  while (value >= 999.5 && units.size() > 1) {
    value /= units.front().step;
    units = units.subspan(1);
    exact = false;
  }
  return fmt::format("{:.{}f}{}", value, exact ? 0 : decimals_of(value), units.front().name);
}

}  // namespace

std::string format_duration(Duration duration) { return format(static_cast<double>(duration.count()), kTimeUnits); }
std::string format_bytes(Bytes bytes) { return format(static_cast<double>(bytes.count), kByteUnits); }
std::string format_count(std::uint64_t count) { return format(static_cast<double>(count), kCountUnits); }

}  // namespace hermetric
