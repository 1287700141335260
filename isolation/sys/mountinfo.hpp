#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// One line of /proc/PID/mountinfo, proc_pid_mountinfo(5). Octal escapes are undone.
struct MountEntry {
  std::string device;  ///< "major:minor" of st_dev for files on it
  std::string root;    ///< the directory of the file system that is mounted
  std::string mount_point;
  std::string options;  ///< per mount
  std::string type;
  std::string source;
  std::string super_options;  ///< per file system: names the controllers of a v1 hierarchy
};

/// Lines that are not of the documented form are an error with the line's number.
Result<std::vector<MountEntry>> parse_mountinfo(std::string_view text);

Result<std::vector<MountEntry>> read_mountinfo();

/// The mount that shows `path` (an absolute, canonical path): the last entry with the longest mount point above it.
const MountEntry* mount_of(const std::vector<MountEntry>& mounts, std::string_view path);

}  // namespace hermetric
