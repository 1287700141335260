#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// One directory or file of a skeleton layer. Paths are relative to the job's root, parents come before children.
struct SkeletonEntry {
  enum class Kind : std::uint8_t { kDirectory, kFile, kSymlink };
  Kind kind = Kind::kDirectory;
  std::string path;
  unsigned mode = 0755;
  bool opaque = false;  ///< hides what the layers below show there
  bool owned = true;    ///< by the job's root; else by the host's, as what it stands for
  std::string content;  ///< of a file; where a symlink points to

  friend bool operator==(const SkeletonEntry&, const SkeletonEntry&) = default;
};

/// A thin overlay layer between the job's upper and the root's own tree, owned by the job's root. On a host root it
/// does two things without a mount of its own: directories in it may be changed by the job (the files below them stay
/// the host's), and opaque ones replace private parts of the host by empty directories.
using Skeleton = std::vector<SkeletonEntry>;

struct SkeletonRequest {
  std::string root;                       ///< "/" for the host's own tree, else a directory root
  bool host = true;                       ///< `root` is the host's tree: hide its private parts
  bool alone = false;                     ///< nothing of `root` shows through at the top
  std::vector<std::string> opened;        ///< absolute directories through which nothing of `root` shows either: their
                                          ///< links are made here
  std::string home = "/root";             ///< HOME of the job
  std::vector<std::string> mount_points;  ///< absolute directories that must exist for mounts
  std::vector<std::string> file_points;   ///< the same for mounts of single files
  std::vector<SkeletonEntry> files;       ///< /etc/hosts and the like

  friend bool operator==(const SkeletonRequest&, const SkeletonRequest&) = default;
};

/// Looks at `root` and decides. A host directory that others may not enter is replaced when a mount point lies below
/// it and left alone (unreadable for the job) otherwise.
Skeleton plan_skeleton(const SkeletonRequest& request);

/// Makes the layer in the empty directory `directory`, owned by `uid`:`gid`. Sets trusted.overlay.opaque, so needs
/// CAP_SYS_ADMIN and a file system with trusted xattrs, such as tmpfs; `rootless`, user.overlay.opaque, which a tmpfs
/// has since Linux 6.6.
Status write_skeleton(const Skeleton& skeleton, const std::string& directory, std::uint32_t uid, std::uint32_t gid,
                      bool rootless = false);

}  // namespace hermetric
