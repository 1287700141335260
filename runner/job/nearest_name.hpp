#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>

namespace hermetric {

/// Edits (insert, delete, replace, swap neighbours) from one text to the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Whether `text` can be a slip of the pen for `name` at `distance` edits: one in three letters, at least one; or it is
/// the beginning of `name`, half of it at least.
bool is_slip(std::string_view text, std::string_view name, std::size_t distance);

/// " (did you mean "NAME"?)" with the nearest of `names`, or nothing when none is near.
template <std::ranges::input_range Names>
  requires std::convertible_to<std::ranges::range_reference_t<Names>, std::string_view>
std::string did_you_mean(std::string_view text, Names&& names) {
  std::size_t best = std::numeric_limits<std::size_t>::max();
  std::string nearest;
  for (const auto& name : names) {
    const std::size_t distance = edit_distance(text, name);
    if (distance >= best || !is_slip(text, name, distance)) continue;
    best = distance;
    nearest = std::string(std::string_view(name));
  }
  return nearest.empty() ? "" : " (did you mean \"" + nearest + "\"?)";
}

}  // namespace hermetric
