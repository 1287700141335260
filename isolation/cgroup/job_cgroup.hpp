#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/cgroup/group_directory.hpp"
#include "isolation/cgroup/usage_table.hpp"

namespace hermetric {

/// The one Cgroup: a job's directories in whatever hierarchies there are, their differences in tables. Not thread-safe,
/// except that sample(), kill() and freeze() may run beside each other.
class JobCgroup final : public Cgroup {
 public:
  /// `directories` may still be empty and grow by add(); those it has at its end are removed, unless disowned.
  JobCgroup(std::vector<GroupDirectory> directories, bool cpu_capped,
            std::shared_ptr<const ControllerProblems> problems);
  ~JobCgroup() override;

  /// Takes a fresh directory over, and opens its `tasks` if that is how it is entered.
  Status add(GroupDirectory directory);
  /// From now on only remove() removes anything.
  void disown() { owner_ = false; }
  /// Makes oom_event() readable at an OOM, if there is a v1 memory group: cgroup v2 has memory.oom.group.
  Status watch_oom();
  void set_io_problem(std::string problem) { io_problem_ = std::move(problem); }
  [[nodiscard]] const std::vector<GroupDirectory>& directories() const { return directories_; }

  [[nodiscard]] CgroupEntry entry() const override;
  [[nodiscard]] std::vector<std::string> paths() const override;
  Status kill() override;
  Status freeze(bool frozen) override;
  [[nodiscard]] Result<bool> populated() const override;
  void read_usage(ResourceUsage& usage) const override;
  [[nodiscard]] CgroupSample sample() const override;
  [[nodiscard]] int oom_event() const override { return oom_event_.get(); }
  Status remove() override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  [[nodiscard]] const GroupDirectory* leaf() const;
  [[nodiscard]] Result<std::vector<pid_t>> members() const;
  Status signal_until_empty();
  Status remove_directory(const GroupDirectory& directory, Deadline deadline) const;
  void wait_for_exit(Deadline deadline, std::chrono::microseconds pause) const;

  std::vector<GroupDirectory> directories_;
  bool cpu_capped_;
  bool owner_ = true;
  std::string io_problem_;
  Fd oom_event_;
  std::shared_ptr<const ControllerProblems> problems_;
};

}  // namespace hermetric
