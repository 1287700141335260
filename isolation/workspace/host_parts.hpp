#pragma once

#include <functional>
#include <string>
#include <vector>

#include "isolation/sys/mountinfo.hpp"

namespace hermetric {

/// Directories of the host tree that are file systems of their own (a separate /usr or /opt), which the overlay of "/"
/// does not reach into. Only file systems that hold files (no /proc, no tmpfs, no FUSE), and only where others may go:
/// showing a mount below a private directory would open what that directory closes.
std::vector<std::string> host_parts(const std::vector<MountEntry>& mounts);

/// The host's tree for those who are not its root: for them the kernel lays no overlay over a tree that has a mount
/// below (clone_private_mount() in the kernel's fs/namespace.c). Only what others may read. All in order.
struct HostTree {
  std::vector<std::string> directories;  ///< with no mount below, and nothing of them in another
  std::vector<std::string> opened;       ///< with mounts below, "/" first: what is in them stands in all three
  std::vector<std::string> files;        ///< in opened directories, links left out
};

/// Of `top`. Neither goes into what `is_left_out`, nor shows mounts that host_parts() would not.
HostTree host_tree(const std::vector<MountEntry>& mounts, const std::function<bool(const std::string&)>& is_left_out,
                   const std::string& top = "/");

}  // namespace hermetric
