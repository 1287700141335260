#include <fcntl.h>

#include <algorithm>
#include <array>

#include "isolation/cgroup/driver.hpp"
#include "isolation/cgroup/hierarchy.hpp"
#include "isolation/sys/system.hpp"

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

void note_problem(const CgroupHierarchy& hierarchy, ControllerProblems& problems) {
  for (const std::string& name : hierarchy.controllers) problems[name] = hierarchy.problem;
  if (hierarchy.unified) problems[std::string(kCore)] = hierarchy.problem;
}

CgroupLayout layout_of(bool v1, bool v2) {
  if (v1) return v2 ? CgroupLayout::kHybrid : CgroupLayout::kV1;
  return v2 ? CgroupLayout::kV2 : CgroupLayout::kNone;
}

Status check_parent(const CgroupRoots& roots, const std::vector<CgroupHierarchy>& hierarchies,
                    const CgroupParts& parts) {
  if (!roots.parent || !parts.bases.empty()) return {};
  const std::string problem = hierarchies.empty() ? "no cgroup hierarchy is mounted" : hierarchies.front().problem;
  return std::unexpected(Error("cgroup parent " + *roots.parent + ": " + problem)
                             .remedy("it is a path below each hierarchy's mount point and must exist"));
}

}  // namespace

Result<std::unique_ptr<CgroupDriver>> find_cgroups(const CgroupRoots& roots) {
  TRY_ASSIGN(const std::vector<CgroupHierarchy> hierarchies, find_hierarchies(roots));
  CgroupParts parts{.layout = CgroupLayout::kNone, .bases = {}, .problems = {}, .swaps = roots.swaps};
  bool v1 = false;
  bool v2 = false;
  for (const CgroupHierarchy& hierarchy : hierarchies) {
    auto controllers = useful(hierarchy.controllers);
    if (!hierarchy.unified && controllers.empty()) continue;
    if (!hierarchy.problem.empty()) {
      note_problem(hierarchy, parts.problems);
      continue;
    }
    TRY_ASSIGN(Fd fd, sys::open(hierarchy.base, O_PATH | O_DIRECTORY));
    parts.bases.push_back(std::make_shared<const CgroupBase>(hierarchy.unified ? &kUnifiedDialect : &kLegacyDialect,
                                                             std::move(controllers), hierarchy.base, std::move(fd)));
    (hierarchy.unified ? v2 : v1) = true;
  }
  TRY(check_parent(roots, hierarchies, parts));
  parts.layout = layout_of(v1, v2);
  return std::make_unique<TableCgroupDriver>(std::move(parts));
}

}  // namespace hermetric
