#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/cgroup/job_cgroup.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/mountinfo.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

std::vector<std::string> strings(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

/// cgroup2: the controllers whose files the group has. v1: among the mount's options, where the rest does no harm.
std::vector<std::string> controllers_of(const MountEntry& mount, const std::string& directory) {
  if (mount.type == "cgroup") return strings(split(mount.super_options, ','));
  return strings(split(trimmed(read_file(directory + "/cgroup.controllers").value_or("")), ' '));
}

Result<GroupDirectory> open_group(const MountEntry& mount, const std::filesystem::path& directory) {
  const std::string parent = directory.parent_path().string();
  TRY_ASSIGN(Fd fd, sys::open(directory.string(), O_PATH | O_DIRECTORY | O_NOFOLLOW));
  TRY_ASSIGN(Fd parent_fd, sys::open(parent, O_PATH | O_DIRECTORY));
  std::vector<std::string> controllers = controllers_of(mount, directory.string());
  const Dialect* dialect = mount.type == "cgroup2" ? &kUnifiedDialect : &kLegacyDialect;
  return GroupDirectory{.base = std::make_shared<const CgroupBase>(dialect, controllers, parent, std::move(parent_fd)),
                        .controllers = std::move(controllers),
                        .name = directory.filename().string(),
                        .fd = std::move(fd),
                        .tasks = {}};
}

}  // namespace

Result<std::unique_ptr<Cgroup>> open_groups(const std::vector<std::string>& directories, const std::string& mountinfo) {
  TRY_ASSIGN(const std::string text, read_file(mountinfo));
  TRY_ASSIGN(const std::vector<MountEntry> mounts, parse_mountinfo(text));
  std::vector<GroupDirectory> opened;
  for (const std::string& directory : directories) {
    if (::access(directory.c_str(), F_OK) != 0 && errno == ENOENT) continue;
    const MountEntry* mount = mount_of(mounts, directory);
    if (mount == nullptr || (mount->type != "cgroup" && mount->type != "cgroup2"))
      return std::unexpected(Error("group " + directory + ": no cgroup hierarchy is mounted there"));
    auto group = open_group(*mount, directory);
    if (group)
      opened.push_back(*std::move(group));
    else if (group.error().error_number() != ENOENT)
      return std::unexpected(std::move(group).error().in("group " + directory));
  }
  auto view = std::make_unique<JobCgroup>(std::move(opened), true, nullptr);
  view->disown();
  return view;
}

}  // namespace hermetric
