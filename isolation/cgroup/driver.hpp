#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/cgroup/delegation.hpp"
#include "isolation/cgroup/group_directory.hpp"
#include "isolation/cgroup/job_cgroup.hpp"

namespace hermetric {

/// What a driver is built from; find_cgroups() decides it.
struct CgroupParts {
  CgroupLayout layout = CgroupLayout::kNone;
  std::vector<std::shared_ptr<const CgroupBase>> bases;  ///< v1 first: groups are removed in reverse, the leaf first
  ControllerProblems problems;
  std::string swaps;
};

/// The one driver: makes a directory in each base that a job wants, then the writes its dialect lists.
class TableCgroupDriver final : public CgroupDriver {
 public:
  explicit TableCgroupDriver(CgroupParts parts);

  [[nodiscard]] CgroupLayout layout() const override { return layout_; }
  [[nodiscard]] bool has(std::string_view controller) const override;
  [[nodiscard]] std::vector<std::string> paths_of(const std::string& name, const CgroupRequest& request) const override;
  Result<std::unique_ptr<Cgroup>> create(const std::string& name, const CgroupRequest& request) override;

 private:
  struct Part {
    std::shared_ptr<const CgroupBase> base;
    std::unique_ptr<Delegation> delegation;  ///< of a base whose controllers must be handed on
  };

  [[nodiscard]] bool wants(const CgroupBase& base, const Limits& limits) const;
  static Result<GroupDirectory> make_directory(const Part& part, const std::string& name);
  Status apply_caps(JobCgroup& group, const CgroupRequest& request) const;

  CgroupLayout layout_;
  std::vector<Part> parts_;
  bool has_leaf_;
  std::shared_ptr<const ControllerProblems> problems_;
  std::string swaps_;
};

}  // namespace hermetric
