#pragma once

#include <string>
#include <vector>

#include "isolation/sys/mountinfo.hpp"

namespace hermetric {

/// Directories of the host tree that are file systems of their own (a separate /usr or /opt), which the overlay of "/"
/// does not reach into. Only file systems that hold files (no /proc, no tmpfs, no FUSE), and only where others may go:
/// showing a mount below a private directory would open what that directory closes.
std::vector<std::string> host_parts(const std::vector<MountEntry>& mounts);

/// Directories of "/" itself where others may go, links left out: what a view that cannot be laid over "/" as a whole
/// is made of.
std::vector<std::string> host_directories();

}  // namespace hermetric
