#pragma once

#include <string>
#include <vector>

namespace hermetric {

/// The host's tree for those who are not its root: for them the kernel lays no overlay over a tree that has a mount
/// below (clone_private_mount() in the kernel's fs/namespace.c). Only what others may read. All in order.
struct HostTree {
  std::vector<std::string> directories;  ///< with no mount below, and nothing of them in another
  std::vector<std::string> opened;       ///< with mounts below, "/" first: what is in them stands in all three
  std::vector<std::string> files;        ///< in opened directories, links left out
};

}  // namespace hermetric
