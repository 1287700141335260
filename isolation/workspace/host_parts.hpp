#pragma once

#include <functional>
#include <string>
#include <vector>

#include "isolation/sys/mountinfo.hpp"
#include "isolation/types/host_tree.hpp"

namespace hermetric {

/// Directories of the host tree that are file systems of their own (a separate /usr or /opt), which the overlay of "/"
/// does not reach into. Only file systems that hold files (no /proc, no tmpfs, no FUSE), and only where others may go:
/// showing a mount below a private directory would open what that directory closes.
std::vector<std::string> host_parts(const std::vector<MountEntry>& mounts);

/// Of what is below `top`. Neither goes into what `is_left_out`, nor shows mounts that host_parts() would not.
HostTree host_tree(const std::vector<MountEntry>& mounts, const std::function<bool(const std::string&)>& is_left_out,
                   const std::string& top = "/");

}  // namespace hermetric
