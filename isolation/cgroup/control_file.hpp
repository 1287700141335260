#pragma once

#include <string>
#include <string_view>

#include "isolation/sys/result.hpp"

/// Cgroup files in as few system calls as they allow: each costs a job's start or end microseconds. `dir` is a group's
/// directory. For lists of processes, which come in pieces, read_file_at() is right.
namespace hermetric {

/// open, read, close: the kernel produces such a file whole at the first read.
Result<std::string> read_control(int dir, const std::string& file);

/// open, write, pread, close: what the file says after the write.
Result<std::string> write_and_read_control(int dir, const std::string& file, std::string_view text);

}  // namespace hermetric
