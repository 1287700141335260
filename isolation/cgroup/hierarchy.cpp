#include "isolation/cgroup/hierarchy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

/// Those that hermetric has a use for. Others (hugetlb, devices, ...) are left alone.
constexpr std::array<std::string_view, 8> kControllers = {"memory", "cpu",     "cpuacct", "cpuset",
                                                          "pids",   "freezer", "blkio",   "io"};

std::vector<std::string> useful(const std::vector<std::string>& controllers) {
  std::vector<std::string> names;
  std::ranges::copy_if(controllers, std::back_inserter(names), [](const std::string& name) {
    return std::ranges::find(kControllers, name) != kControllers.end();
  });
  return names;
}

bool contains(const std::vector<std::string_view>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool shows(const MountEntry& mount, const CgroupMembership& membership) {
  if (membership.controllers.empty()) return mount.type == "cgroup2";
  return mount.type == "cgroup" && contains(split(mount.super_options, ','), membership.controllers.front());
}

/// A program started by a hermetric that had moved itself counts as if it had not.
std::string_view without_self_group(std::string_view path) {
  const auto slash = path.rfind('/');
  if (!path.substr(slash + 1).starts_with(kSelfGroupPrefix)) return path;
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string join_path(std::string_view directory, std::string_view below) {
  while (directory.size() > 1 && directory.ends_with('/')) directory.remove_suffix(1);
  while (below.starts_with('/')) below.remove_prefix(1);
  std::string path(directory);
  if (!below.empty()) path.append(path.ends_with('/') ? "" : "/").append(below);
  return path;
}

/// The directory of `path` in the mount, or empty when the mount shows another part of the hierarchy.
std::string directory_of(const MountEntry& mount, std::string_view path) {
  if (path.starts_with("/..")) return {};
  const std::string_view root = mount.root == "/" ? std::string_view() : std::string_view(mount.root);
  const bool below = path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
  return below ? join_path(mount.mount_point, path.substr(root.size())) : std::string();
}

bool read_only(const MountEntry& mount) {
  return contains(split(mount.options, ','), "ro") || contains(split(mount.super_options, ','), "ro");
}

CgroupHierarchy describe(const MountEntry& mount, const CgroupMembership& membership,
                         const std::optional<std::string>& parent) {
  CgroupHierarchy hierarchy{.unified = membership.controllers.empty(),
                            .controllers = membership.controllers,
                            .mount_point = mount.mount_point,
                            .base = {},
                            .problem = {}};
  hierarchy.base =
      parent ? join_path(mount.mount_point, *parent) : directory_of(mount, without_self_group(membership.path));
  if (hierarchy.base.empty())
    hierarchy.problem = mount.mount_point + " does not show the own group " + membership.path;
  else if (read_only(mount))
    hierarchy.problem = mount.mount_point + " is mounted read-only";
  return hierarchy;
}

bool may_make_groups_in(const std::string& group) {
  return ::faccessat(AT_FDCWD, group.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

/// Controllers that a cgroup2 group could hand on.
std::vector<std::string> controllers_of(const std::string& group) {
  std::vector<std::string> controllers;
  if (const auto text = read_file(group + "/cgroup.controllers"))
    for (const std::string_view name : split(trimmed(*text), ' ')) controllers.emplace_back(name);
  return useful(controllers);
}

/// Controllers of the base, and whether a directory can be made in it.
void look_at(CgroupHierarchy& hierarchy) {
  if (!hierarchy.unified) hierarchy.controllers = useful(hierarchy.controllers);
  if (hierarchy.base.empty()) return;
  if (hierarchy.unified) hierarchy.controllers = controllers_of(hierarchy.base);
  if (hierarchy.problem.empty() && !may_make_groups_in(hierarchy.base))
    hierarchy.problem = hierarchy.base + " is not writable: " + std::strerror(errno);
}

/// The root group may hold processes; it alone has no cgroup.type.
bool holds_others(const std::string& group) {
  if (::access((group + "/cgroup.type").c_str(), F_OK) != 0) return false;
  const auto members = read_file(group + "/cgroup.procs");
  return !members || (!members->empty() && trimmed(*members) != std::to_string(::getpid()));
}

/// From the base upwards the first group without other processes; nothing if the mount shows none.
std::optional<std::string> nearest_without_others(const CgroupHierarchy& hierarchy) {
  std::string group = hierarchy.base;
  while (holds_others(group)) {
    if (group == hierarchy.mount_point) return std::nullopt;
    group.resize(group.rfind('/'));
  }
  return group;
}

/// Sees to it that a cgroup2 base can hand its controllers on; what is taken away from it becomes a hierarchy of its
/// own.
void avoid_others(std::vector<CgroupHierarchy>& hierarchies) {
  const auto unified = std::ranges::find_if(hierarchies, &CgroupHierarchy::unified);
  if (unified == hierarchies.end() || !unified->problem.empty() || unified->controllers.empty()) return;
  const auto free = nearest_without_others(*unified);
  if (free == unified->base) return;
  if (free && may_make_groups_in(*free)) {
    unified->base = *free;
    unified->controllers = controllers_of(*free);
    return;
  }
  CgroupHierarchy blocked = *unified;
  blocked.problem = others_in(blocked.base);
  unified->controllers.clear();
  hierarchies.push_back(std::move(blocked));
}

}  // namespace

std::string others_in(const std::string& group) { return "other processes are in " + group; }

std::vector<CgroupHierarchy> join_hierarchies(const std::vector<MountEntry>& mounts,
                                              const std::vector<CgroupMembership>& memberships,
                                              const std::optional<std::string>& parent) {
  std::vector<CgroupHierarchy> hierarchies;
  for (const CgroupMembership& membership : memberships) {
    if (!membership.controllers.empty() && membership.controllers.front().starts_with("name=")) continue;
    std::optional<CgroupHierarchy> best;
    for (const MountEntry& mount : mounts) {
      if (!shows(mount, membership) || (best && best->problem.empty())) continue;
      CgroupHierarchy candidate = describe(mount, membership, parent);
      if (!best || candidate.problem.empty()) best = std::move(candidate);
    }
    if (best) hierarchies.push_back(*std::move(best));
  }
  return hierarchies;
}

Result<std::vector<CgroupHierarchy>> find_hierarchies(const CgroupRoots& roots) {
  TRY_ASSIGN(const std::string mounts_text, read_file(roots.mountinfo));
  TRY_ASSIGN(const auto mounts, parse_mountinfo(mounts_text));
  TRY_ASSIGN(const std::string self_text, read_file(roots.self_cgroup));
  auto hierarchies = join_hierarchies(mounts, parse_self_cgroup(self_text), roots.parent);
  for (CgroupHierarchy& hierarchy : hierarchies) look_at(hierarchy);
  if (!roots.parent) avoid_others(hierarchies);
  std::erase_if(hierarchies, [](const CgroupHierarchy& each) { return !each.unified && each.controllers.empty(); });
  return hierarchies;
}

CgroupLayout layout_of(const std::vector<CgroupHierarchy>& hierarchies) {
  bool v1 = false;
  bool v2 = false;
  for (const CgroupHierarchy& hierarchy : hierarchies)
    if (hierarchy.problem.empty()) (hierarchy.unified ? v2 : v1) = true;
  if (v1) return v2 ? CgroupLayout::kHybrid : CgroupLayout::kV1;
  return v2 ? CgroupLayout::kV2 : CgroupLayout::kNone;
}

}  // namespace hermetric
