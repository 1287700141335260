#include "isolation/workspace/host_parts.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
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

/// Mounts by where they are; of several at one place the last is seen.
using MountPoints = std::map<std::string, const MountEntry*>;

bool has_mount_below(const MountPoints& points, const std::string& directory) {
  const std::string below = directory == "/" ? directory : directory + "/";
  const auto next = points.upper_bound(below);
  return next != points.end() && next->first.starts_with(below);
}

bool is_readable_file(const std::string& path) {
  const auto status = sys::fstatat(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
  return status && S_ISREG(status->st_mode) && (status->st_mode & S_IROTH) != 0;
}

bool holds_files(const MountEntry& mount) {
  return std::find(kFileSystems.begin(), kFileSystems.end(), mount.type) != kFileSystems.end();
}

void open_up(const std::string& directory, const MountPoints& points,
             const std::function<bool(const std::string&)>& is_left_out, HostTree& tree) {
  tree.opened.push_back(directory);
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string path = entry->path().string();
    const auto mounted = points.find(path);
    if (is_left_out(path) || (mounted != points.end() && !holds_files(*mounted->second))) continue;
    if (is_readable_file(path))
      tree.files.push_back(path);
    else if (open_to_others(path) && has_mount_below(points, path))
      open_up(path, points, is_left_out, tree);
    else if (open_to_others(path))
      tree.directories.push_back(path);
  }
}

}  // namespace

std::vector<std::string> host_parts(const std::vector<MountEntry>& mounts) {
  std::vector<std::string> parts;
  for (const MountEntry& mount : mounts) {
    if (holds_files(mount) && mount.mount_point != "/" && open_to_others(mount.mount_point))
      parts.push_back(mount.mount_point);
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return parts;
}

HostTree host_tree(const std::vector<MountEntry>& mounts, const std::function<bool(const std::string&)>& is_left_out,
                   const std::string& top) {
  MountPoints points;
  for (const MountEntry& mount : mounts) points[mount.mount_point] = &mount;
  HostTree tree;
  open_up(top, points, is_left_out, tree);
  for (auto* paths : {&tree.directories, &tree.opened, &tree.files}) std::ranges::sort(*paths);
  return tree;
}

}  // namespace hermetric
