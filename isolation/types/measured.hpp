#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace hermetric {

/// One figure of a report: a value and where it came from, or no value and why. Unknown is never zero.
struct Measured {
  std::optional<std::uint64_t> value;
  std::string note = "not measured";  ///< the source when there is a value, the reason when there is none

  static Measured of(std::uint64_t value, std::string source) { return {value, std::move(source)}; }
  static Measured missing(std::string reason) { return {std::nullopt, std::move(reason)}; }

  [[nodiscard]] bool known() const { return value.has_value(); }
  friend bool operator==(const Measured&, const Measured&) = default;
};

/// By how much a counter has grown; nothing where a figure is missing or the counter began anew.
inline std::optional<std::uint64_t> growth(const Measured& before, const Measured& after) {
  if (!before.value || !after.value || *after.value < *before.value) return std::nullopt;
  return *after.value - *before.value;
}

}  // namespace hermetric
