#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isolation/process/child.hpp"

namespace hermetric {

/// Bytes that write_command() needs.
std::size_t command_size(const std::vector<std::string>& candidates, const std::vector<std::string>& argv,
                         const std::vector<std::string>& environment);

/// Copies a command into `room`, pointers and text, so that a child for which only that memory is shared can execute
/// it. `room` begins at a pointer's alignment. Nothing if it does not fit.
std::optional<Command> write_command(std::span<char> room, const std::vector<std::string>& candidates,
                                     const std::vector<std::string>& argv, const std::vector<std::string>& environment);

}  // namespace hermetric
