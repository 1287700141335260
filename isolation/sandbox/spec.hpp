#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isolation/types/limits.hpp"
#include "isolation/workspace/skeleton.hpp"

namespace hermetric {

/// One mount of a job's view on top of its root.
struct ViewMount {
  enum class Kind : std::uint8_t {
    kOverlay,    ///< `sources` (topmost first) copy-on-write, id-mapped
    kReadOnly,   ///< bind of sources[0], id-mapped
    kReadWrite,  ///< bind of sources[0], id-mapped: the job changes the host's files
    kHostPart,   ///< read-only bind of sources[0] with the host's own ids: part of a host root
    kHostTree,   ///< sources[0] under what the skeleton has there, copy-on-write: part of a host root that cannot be
                 ///< laid over "/" as a whole
    kTmpfs,      ///< fresh tmpfs
    kHide,       ///< an empty read-only directory or file
  };
  Kind kind = Kind::kOverlay;
  std::vector<std::string> sources;
  std::string destination;  ///< absolute, in the job's root
  std::optional<Bytes> size;
  bool is_file = false;

  friend bool operator==(const ViewMount&, const ViewMount&) = default;
};

bool operator==(const IoMax& a, const IoMax& b);
bool operator==(const Limits& a, const Limits& b);

/// Everything the mechanism needs to make one cell: what resolve() makes of a JobSpec and the host's capabilities.
/// No policy is left to decide here.
struct SandboxSpec {
  std::string name;

  std::optional<std::string> root_directory;  ///< nothing: the host's tree
  SkeletonRequest skeleton;
  std::vector<ViewMount> mounts;         ///< a mount comes before those below it
  std::optional<std::string> workspace;  ///< destination of the overlay that is the workspace
  std::string scratch_parent;            ///< where the cell's uppers are made; empty: hermetric's own directory
  bool scratch_on_tmpfs = false;

  std::vector<std::string> candidates;  ///< paths tried for the command, in order
  std::vector<std::string> argv;
  std::vector<std::string> environment;  ///< "K=V"
  std::string cwd = "/";
  std::string hostname, domainname;
  std::uint32_t uid = 0, gid = 0;  ///< inside
  bool host_network = false;
  bool nested = false;  ///< user namespaces and mounts inside are allowed

  Limits limits;
  std::vector<std::string> io_devices;  ///< "major:minor" whose IO is counted

  friend bool operator==(const SandboxSpec&, const SandboxSpec&) = default;
};

/// The spec without what is the job's alone: its name, command and environment, and the limits that its runner watches
/// over. A cell that was prepared for a need may be given to any job with an equal one, and to no other.
SandboxSpec need_of(SandboxSpec spec);

}  // namespace hermetric
