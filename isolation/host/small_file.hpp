#pragma once

#include <optional>
#include <string>
#include <vector>

/// Files, as those of /proc and /sys, that hold one thing. Missing when they cannot be read or hold something else.
namespace hermetric {

/// The trimmed text.
std::optional<std::string> read_word(const std::string& path);

/// A list of numbers in the format of cpuset(7).
std::optional<std::vector<unsigned>> read_list(const std::string& path);

}  // namespace hermetric
