#include "isolation/cgroup/driver.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "isolation/cgroup/caps.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

Status check_name(const std::string& name) {
  if (!name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos) return {};
  return std::unexpected(Error("group name \"" + name + "\" is not a file name"));
}

}  // namespace

TableCgroupDriver::TableCgroupDriver(CgroupParts parts)
    : layout_(parts.layout),
      has_leaf_(std::ranges::any_of(parts.bases, [](const auto& base) { return base->dialect->entered_by_clone; })),
      problems_(std::make_shared<const ControllerProblems>(std::move(parts.problems))),
      swaps_(std::move(parts.swaps)) {
  for (auto& base : parts.bases) {
    auto delegation = base->dialect->entered_by_clone ? std::make_unique<Delegation>(base) : nullptr;
    parts_.push_back({std::move(base), std::move(delegation)});
  }
}

bool TableCgroupDriver::wants(const CgroupBase& base, const Limits& limits) const {
  return base.dialect->wanted(base.controllers, limits, has_leaf_);
}

bool TableCgroupDriver::has(std::string_view controller) const {
  return std::ranges::any_of(parts_,
                             [&](const Part& part) { return has_controller(part.base->controllers, controller); });
}

std::vector<std::string> TableCgroupDriver::paths_of(const std::string& name, const CgroupRequest& request) const {
  std::vector<std::string> paths;
  for (const Part& part : parts_)
    if (wants(*part.base, request.limits)) paths.push_back(part.base->path + "/" + name);
  return paths;
}

Result<std::unique_ptr<Cgroup>> TableCgroupDriver::create(const std::string& name, const CgroupRequest& request) {
  TRY(check_name(name));
  auto group = std::make_unique<JobCgroup>(std::vector<GroupDirectory>(), request.limits.cpus.has_value(), problems_);
  for (const Part& part : parts_) {
    if (!wants(*part.base, request.limits)) continue;
    TRY_ASSIGN(GroupDirectory directory, make_directory(part, name));
    TRY(group->add(std::move(directory)));
  }
  TRY(apply_caps(*group, request));
  if (request.limits.oom == OomPolicy::kFail) TRY(group->watch_oom());
  return group;
}

Result<GroupDirectory> TableCgroupDriver::make_directory(const Part& part, const std::string& name) {
  GroupDirectory directory{
      .base = part.base, .controllers = part.base->controllers, .name = name, .fd = {}, .tasks = {}};
  if (part.delegation) {
    TRY_ASSIGN(directory.controllers, part.delegation->enable());
  }
  const int base = part.base->fd.get();
  if (Status made = sys::mkdirat(base, name, 0755); !made) {
    Error error = std::move(made).error().in("make group " + directory.path());
    if (error.error_number() != EEXIST) return std::unexpected(std::move(error));
    return std::unexpected(std::move(error).remedy("left by a killed run: hermetric gc removes it"));
  }
  auto fd = sys::openat(base, name, O_PATH | O_DIRECTORY);
  if (!fd) {
    (void)sys::unlinkat(base, name, AT_REMOVEDIR);
    return std::unexpected(std::move(fd).error().in("make group " + directory.path()));
  }
  directory.fd = *std::move(fd);
  return directory;
}

Status TableCgroupDriver::apply_caps(JobCgroup& group, const CgroupRequest& request) const {
  std::vector<std::string> controllers;
  for (const GroupDirectory& directory : group.directories())
    controllers.insert(controllers.end(), directory.controllers.begin(), directory.controllers.end());
  TRY(check_controllers(request.limits, controllers, *problems_));
  std::string io_problem;
  for (const GroupDirectory& directory : group.directories()) {
    const CgroupBase& base = *directory.base;
    TRY_ASSIGN(const auto caps, base.dialect->caps(request, directory.controllers, base.fd.get()));
    for (const CapWrite& cap : caps) TRY(apply_cap(directory, cap, swaps_, io_problem));
  }
  group.set_io_problem(std::move(io_problem));
  return {};
}

}  // namespace hermetric
