#pragma once

#include <string>
#include <vector>

#include "bench/bare_loop.h"
#include "isolation/sandbox/masked_paths.hpp"
#include "isolation/sandbox/sandbox.hpp"
#include "isolation/sandbox/seccomp_filter.hpp"

namespace hermetric::bench {

/// What the bare loop needs of a session to make the cell that `spec` describes: the same template, skeleton layer,
/// filter, disk and groups.
class FloorHost {
 public:
  FloorHost(SandboxHost& host, const SandboxSpec& spec);
  FloorHost(const FloorHost&) = delete;
  FloorHost& operator=(const FloorHost&) = delete;

  /// The bare loop is written for one layout: v1 pids, blkio and memory, and a cgroup2 leaf.
  [[nodiscard]] bool fits() const { return groups_.size() == BARE_GROUPS; }

  /// Makes one cell and removes it; ends this program if a step fails.
  void run(bare_times& times);

 private:
  SandboxHost& sandbox_host_;
  bare_host host_{};
  std::string root_, lower_, skeleton_, shelf_, workspace_, program_, disk_, memory_, pids_;
  std::string empty_file_, empty_directory_;
  SeccompProgram filter_;
  std::vector<MaskedPath> masked_;
  std::vector<bare_mask> masks_;
  std::vector<std::string> groups_;  ///< in the order of bare_group; fewer on other layouts
};

}  // namespace hermetric::bench
