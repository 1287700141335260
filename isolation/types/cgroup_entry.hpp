#pragma once

#include <vector>

namespace hermetric {

/// How a child gets into its groups. Both are borrowed from the Cgroup that made this, and valid as long as it lives.
struct CgroupEntry {
  int leaf_fd = -1;            ///< directory for clone3(CLONE_INTO_CGROUP), or -1: no cgroup2 hierarchy
  std::vector<int> tasks_fds;  ///< v1 `tasks` files: the single-threaded child joins by writing "0" to each
};

}  // namespace hermetric
