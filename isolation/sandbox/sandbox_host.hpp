#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/process/user_namespace.hpp"
#include "isolation/sandbox/ledger.hpp"
#include "isolation/sandbox/masked_paths.hpp"
#include "isolation/workspace/mount_template.hpp"
#include "isolation/workspace/scratch.hpp"

namespace hermetric {

/// Where hermetric keeps what must outlive a process: /run/hermetric and /var/lib/hermetric for root. Ask before
/// SandboxHost::create(), which may change who "this user" is.
struct StateDirectories {
  std::string runtime;  ///< ledger, mount point of the template
  std::string data;     ///< uppers

  static StateDirectories of_this_user();
};

/// Ids that no account, service or container manager hands out by itself (systemd's UIDS-GIDS.md, "unused").
inline constexpr IdMap kDefaultIdMap{.first = 0x70000000, .count = 65536};

/// What all cells of one hermetric process stand on. Make one in the main thread before any other thread is started;
/// it must outlive every Sandbox.
class SandboxHost {
 public:
  /// Called by an ordinary user, becomes root of a user namespace of its own first. Enters the mount template, sweeps
  /// what dead runs left, finds the cgroup hierarchies.
  static Result<std::unique_ptr<SandboxHost>> create(const StateDirectories& directories,
                                                     const std::optional<std::string>& cgroup_parent);

  /// Removes what dead runs left, with the same rights: see Ledger::sweep().
  static Result<Ledger::Sweep> sweep(const StateDirectories& directories);

  [[nodiscard]] MountTemplate& mounts() { return mounts_; }
  [[nodiscard]] CgroupDriver& cgroups() { return *cgroups_; }
  [[nodiscard]] const std::vector<MaskedPath>& masked_paths() const { return masked_paths_; }
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  [[nodiscard]] const Fd& runner_pidfd() const { return runner_pidfd_; }
  [[nodiscard]] const StateDirectories& directories() const { return directories_; }
  [[nodiscard]] IdMap id_map() const { return id_map_; }
  /// hermetric was called by an ordinary user, and is root in a user namespace of its own alone.
  [[nodiscard]] bool rootless() const { return rootless_; }
  /// What a job's id is for hermetric, for files that it makes for the job. Rootless, ids that the caller has not
  /// do not exist: such files are the job's root's.
  [[nodiscard]] std::uint32_t outside(std::uint32_t id) const {
    if (id < id_map_.count) return id_map_.first + id;
    return rootless_ ? id_map_.first : id;
  }
  /// "<pid>-<start>-<number>": unique over all runs on this host.
  std::string next_cell();
  /// Where on disk the files of a cell that next_cell() has just named go, unless its job says otherwise: see
  /// shelf.hpp.
  [[nodiscard]] std::string place_of(const std::string& cell) const;
  /// Late for the first cell that asks: nobody bounds how many would wait for a slow disk.
  Scratch::Freeing next_freeing() {
    return freed_late_.exchange(true) ? Scratch::Freeing::kWaits : Scratch::Freeing::kLate;
  }

 private:
  SandboxHost(StateDirectories directories, std::unique_ptr<CgroupDriver> cgroups, Fd runner_pidfd, bool rootless,
              IdMap id_map);

  StateDirectories directories_;
  MountTemplate mounts_;
  std::unique_ptr<CgroupDriver> cgroups_;
  std::vector<MaskedPath> masked_paths_ = find_masked_paths();
  Ledger ledger_;
  Fd runner_pidfd_;
  bool rootless_;
  IdMap id_map_;
  std::string cell_prefix_;
  std::atomic<unsigned> cells_{0};  ///< and other places that bear such a name
  std::atomic<bool> freed_late_{false};
};

}  // namespace hermetric
