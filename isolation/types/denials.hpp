#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hermetric {

/// A system call that a job was denied, by its name, and how often.
struct DeniedCall {
  std::string what;
  std::uint64_t count = 0;

  friend bool operator==(const DeniedCall&, const DeniedCall&) = default;
};

/// What a job was denied, each call once, or why nobody counted. As Measured: unknown is not "nothing".
struct Denials {
  std::optional<std::vector<DeniedCall>> calls;
  std::string note = "not counted";  ///< who counted, or the reason why nobody did

  static Denials of(std::vector<DeniedCall> calls, std::string source) { return {std::move(calls), std::move(source)}; }
  static Denials missing(std::string reason) { return {std::nullopt, std::move(reason)}; }
};

}  // namespace hermetric
