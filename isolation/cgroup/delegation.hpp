#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "isolation/cgroup/group_directory.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// Hands a cgroup2 group's controllers on to its children (cgroup.subtree_control). The kernel refuses that while the
/// group holds processes; if that is only this one, it moves itself into a child group, never anybody else. The
/// destructor moves it back, which needs the controllers disabled again. Where nothing had to move they stay enabled:
/// another hermetric may have groups there by now.
class Delegation {
 public:
  explicit Delegation(std::shared_ptr<const CgroupBase> base) : base_(std::move(base)) {}
  Delegation(const Delegation&) = delete;
  Delegation& operator=(const Delegation&) = delete;
  ~Delegation();

  /// Those of the base's controllers that its children have; done at the first call. What could not be enabled is left
  /// out, except when processes are in the way: that is an error. Safe from several threads.
  Result<std::vector<std::string>> enable();

 private:
  Status enable_all(const std::vector<std::string>& missing);
  Status write_control(const std::vector<std::string>& controllers, char sign) const;
  Status step_aside();
  void step_back();

  std::shared_ptr<const CgroupBase> base_;
  std::mutex mutex_;
  bool done_ = false;
  std::vector<std::string> enabled_;  ///< by this object
  std::vector<std::string> usable_;
  std::string self_group_;  ///< where this process moved, or empty
};

}  // namespace hermetric
