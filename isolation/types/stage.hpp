#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "isolation/types/units.hpp"

namespace hermetric {

/// The stages of a job's life outside its own run. A mark is set when a stage ENDS; its cost is the time since
/// the mark before it. The same marks feed the report and the benchmarks.
enum class Stage {
  // set-up, in this order
  kScratch,        ///< directories for the uppers
  kCgroup,         ///< groups made, caps written and read back
  kUserNamespace,  ///< user namespace with its id map
  kNamespaces,     ///< clone of init into the other namespaces, until its first step
  kNetwork,        ///< loopback up
  kRoot,           ///< root overlay
  kWorkspace,      ///< workspace and further overlays and binds
  kDevices,        ///< /dev
  kProc,           ///< /proc and /sys
  kPivot,          ///< pivot_root, old tree gone
  kJob,            ///< job cloned, in its groups, identity set: up to its exec
  // teardown, in this order
  kDrain,           ///< the rest killed and reaped, init gone
  kUsage,           ///< counters read
  kArtifacts,       ///< changes counted, artifacts taken out
  kCgroupRemoval,   ///< groups removed
  kScratchRemoval,  ///< uppers removed
};

inline constexpr std::array<std::string_view, 16> kStageNames = {
    "scratch",   "cgroup",    "user_namespace", "namespaces",     "network", "root",
    "workspace", "devices",   "proc",           "pivot",          "job",     "drain",
    "usage",     "artifacts", "cgroup_removal", "scratch_removal"};
inline constexpr std::size_t kStageCount = kStageNames.size();
inline constexpr std::size_t kSetupStageCount = static_cast<std::size_t>(Stage::kDrain);

constexpr std::string_view name_of(Stage stage) { return kStageNames[static_cast<std::size_t>(stage)]; }

/// Where the time around the job's own run went.
struct Phases {
  std::array<Duration, kStageCount> stages{};  ///< indexed by Stage; zero for a stage that did not happen
  Duration setup_total{};
  Duration run{};
  Duration teardown_total{};
};

}  // namespace hermetric
