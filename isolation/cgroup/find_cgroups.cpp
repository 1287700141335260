#include <fcntl.h>

#include "isolation/cgroup/driver.hpp"
#include "isolation/cgroup/hierarchy.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

void note_problem(const CgroupHierarchy& hierarchy, ControllerProblems& problems) {
  for (const std::string& name : hierarchy.controllers) problems[name] = hierarchy.problem;
  if (hierarchy.unified) problems[std::string(kCore)] = hierarchy.problem;
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
  CgroupParts parts{.layout = layout_of(hierarchies), .bases = {}, .problems = {}, .swaps = roots.swaps};
  for (const CgroupHierarchy& hierarchy : hierarchies) {
    if (!hierarchy.problem.empty()) {
      note_problem(hierarchy, parts.problems);
      continue;
    }
    TRY_ASSIGN(Fd fd, sys::open(hierarchy.base, O_PATH | O_DIRECTORY));
    parts.bases.push_back(std::make_shared<const CgroupBase>(hierarchy.unified ? &kUnifiedDialect : &kLegacyDialect,
                                                             hierarchy.controllers, hierarchy.base, std::move(fd)));
  }
  TRY(check_parent(roots, hierarchies, parts));
  return std::make_unique<TableCgroupDriver>(std::move(parts));
}

}  // namespace hermetric
