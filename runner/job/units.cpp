#include "runner/job/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "runner/job/nearest_name.hpp"

namespace hermetric {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr std::array<Unit, 5> kSizeUnits = {
    {{"", 1}, {"K", 1ULL << 10}, {"M", 1ULL << 20}, {"G", 1ULL << 30}, {"T", 1ULL << 40}}};
constexpr std::array<Unit, 5> kDurationUnits = {
    {{"us", 1}, {"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}, {"h", 3'600'000'000}}};

constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();

/// What `noun` looks like, for the error.
struct Kind {
  std::string_view noun, remedy;
};
constexpr Kind kSize = {"a size", "a whole number of bytes, or one with K, M, G or T, like 512M"};
constexpr Kind kDuration = {"a duration", "a whole number with us, ms, s, m or h, like 250ms or 10s"};

Error not_a(const Kind& kind, std::string_view text) {
  return Error(fmt::format("\"{}\" is not {}", text, kind.noun)).remedy(fmt::format("write {}", kind.remedy));
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!is_digits(text) || error != std::errc() || value > kLargest) return std::nullopt;
  return value;
}

Result<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units, const Kind& kind) {
  const std::size_t split = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view number = text.substr(0, split);
  const auto unit = std::ranges::find(units, text.substr(split), &Unit::suffix);
  if (number.empty() || unit == units.end()) return std::unexpected(not_a(kind, text));
  const auto count = digits(number);
  if (!count || *count > kLargest / unit->factor)
    return std::unexpected(Error(fmt::format("\"{}\" is too large for {}", text, kind.noun)));
  return *count * unit->factor;
}

}  // namespace

Result<Bytes> parse_size(std::string_view text) {
  TRY_ASSIGN(const std::uint64_t count, parse_quantity(text, kSizeUnits, kSize));
  return Bytes{count};
}

Result<Bytes> parse_positive_size(std::string_view text) {
  TRY_ASSIGN(const Bytes size, parse_size(text));
  if (size.count == 0) return std::unexpected(Error("must be more than 0").remedy("leave it out for no cap"));
  return size;
}

Result<Duration> parse_duration(std::string_view text) {
  if (!text.empty() && text.find_first_not_of('0') == text.npos) return Duration::zero();
  TRY_ASSIGN(const std::uint64_t count, parse_quantity(text, kDurationUnits, kDuration));
  return Duration(count);
}

Result<Duration> parse_positive_duration(std::string_view text) {
  TRY_ASSIGN(const Duration duration, parse_duration(text));
  if (duration == Duration::zero())
    return std::unexpected(Error("must be more than 0").remedy("leave it out for no cap"));
  return duration;
}

Result<std::uint64_t> parse_integer(std::string_view text, IntegerRange range) {
  const auto value = digits(text);
  if (value && *value >= range.low && *value <= range.high) return *value;
  const std::string wanted = range.high == IntegerRange{}.high
                                 ? fmt::format("a whole number, {} or more", range.low)
                                 : fmt::format("a whole number from {} to {}", range.low, range.high);
  return std::unexpected(Error(fmt::format("\"{}\" is not {}", text, wanted)));
}

Result<double> parse_cpus(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && std::isfinite(value) && value >= kMinCpus) return value;
  return std::unexpected(Error(fmt::format("\"{}\" is not a number of CPUs", text))
                             .remedy(fmt::format("write a number from {} on, like 2 or 0.5", kMinCpus)));
}

Result<std::size_t> parse_choice(std::string_view text, std::span<const std::string_view> names) {
  const auto found = std::ranges::find(names, text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  return std::unexpected(
      Error(fmt::format("\"{}\" is not one of {}{}", text, fmt::join(names, ", "), did_you_mean(text, names))));
}

}  // namespace hermetric
