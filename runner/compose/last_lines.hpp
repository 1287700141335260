#pragma once

#include <cstddef>
#include <string>

namespace hermetric {

/// The last `lines` lines of a file, of its last 16 KiB, without the line end behind them; empty where it cannot be
/// read.
std::string last_lines(const std::string& path, std::size_t lines);

}  // namespace hermetric
