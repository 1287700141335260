#include "isolation/workspace/host_parts.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

constexpr std::array<std::string_view, 12> kFileSystems = {"ext2", "ext3", "ext4",     "xfs",   "btrfs", "f2fs",
                                                           "zfs",  "jfs",  "squashfs", "erofs", "nfs",   "nfs4"};

bool open_to_others(const std::string& path) {
  for (std::filesystem::path above = path; above != above.root_path(); above = above.parent_path()) {
    const auto status = sys::fstatat(AT_FDCWD, above.string(), AT_SYMLINK_NOFOLLOW);
    if (!status || !S_ISDIR(status->st_mode) || (status->st_mode & S_IXOTH) == 0) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> host_parts(const std::vector<MountEntry>& mounts) {
  std::vector<std::string> parts;
  for (const MountEntry& mount : mounts) {
    const bool holds_files = std::find(kFileSystems.begin(), kFileSystems.end(), mount.type) != kFileSystems.end();
    if (holds_files && mount.mount_point != "/" && open_to_others(mount.mount_point))
      parts.push_back(mount.mount_point);
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return parts;
}

std::vector<std::string> host_directories() {
  std::vector<std::string> directories;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/", error), end; !error && entry != end; entry.increment(error))
    if (open_to_others(entry->path().string())) directories.push_back(entry->path().string());
  std::sort(directories.begin(), directories.end());
  return directories;
}

}  // namespace hermetric
