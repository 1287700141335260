#pragma once

#include <expected>
#include <utility>

#include "isolation/sys/error.hpp"

namespace hermetric {

template <typename T>
using Result = std::expected<T, Error>;

using Status = Result<void>;

/// Puts the noun of what was wanted in front of an error.
template <typename T>
Result<T> named(const std::string& noun, Result<T> result) {
  if (!result) return std::unexpected(std::move(result).error().in(noun));
  return result;
}

}  // namespace hermetric

#define HERMETRIC_JOIN_(a, b) a##b
#define HERMETRIC_JOIN(a, b) HERMETRIC_JOIN_(a, b)

/// Returns the error of `expression` from the calling function, if it has one.
#define TRY(expression)                                        \
  if (auto hermetric_status = (expression); !hermetric_status) \
  return std::unexpected(std::move(hermetric_status).error())

/// TRY_ASSIGN(auto fd, open(...)): the value, or return from the calling function with the error.
// NOLINTBEGIN(bugprone-macro-parentheses): `target` may be a declaration
#define TRY_ASSIGN(target, expression)                                                      \
  auto HERMETRIC_JOIN(hermetric_result_, __LINE__) = (expression);                          \
  if (!HERMETRIC_JOIN(hermetric_result_, __LINE__))                                         \
    return std::unexpected(std::move(HERMETRIC_JOIN(hermetric_result_, __LINE__)).error()); \
  target = *std::move(HERMETRIC_JOIN(hermetric_result_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)
