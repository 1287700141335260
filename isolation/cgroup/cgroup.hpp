#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"
#include "isolation/types/cgroup_entry.hpp"
#include "isolation/types/limits.hpp"
#include "isolation/types/usage.hpp"

namespace hermetric {

enum class CgroupLayout { kNone, kV1, kHybrid, kV2 };

constexpr std::string_view name_of(CgroupLayout layout) {
  switch (layout) {
    case CgroupLayout::kNone: return "none";
    case CgroupLayout::kV1: return "v1";
    case CgroupLayout::kHybrid: return "hybrid";
    case CgroupLayout::kV2: return "v2";
  }
  return "none";
}

/// What a group is made for.
struct CgroupRequest {
  Limits limits;
  std::vector<std::string> io_devices;  ///< "major:minor" of whole disks whose IO shall be counted (block_device.hpp)
};

/// What a running group uses now, for the live display and the timeline.
struct CgroupSample {
  std::optional<std::uint64_t> cpu_usage_usec;
  std::optional<std::uint64_t> memory_bytes;
  std::optional<std::uint64_t> anon_bytes, file_bytes, shmem_bytes;  ///< what it is made of; file includes shmem
  std::optional<std::uint64_t> pids;
  std::optional<std::uint64_t> io_read_bytes, io_write_bytes;                  ///< of the block layer
  std::optional<std::uint64_t> cpu_some_usec, memory_some_usec, io_some_usec;  ///< PSI
};

/// One column of a timeline.
struct SampleColumn {
  std::string_view name;
  std::optional<std::uint64_t> CgroupSample::* figure;
  bool cumulative;  ///< grows from the group's birth on; else it is a level
};

/// Every figure of CgroupSample, in the timeline's order.
inline constexpr std::array kSampleColumns = {
    SampleColumn{"cpu_usage_usec", &CgroupSample::cpu_usage_usec, true},
    SampleColumn{"memory_bytes", &CgroupSample::memory_bytes, false},
    SampleColumn{"anon_bytes", &CgroupSample::anon_bytes, false},
    SampleColumn{"file_bytes", &CgroupSample::file_bytes, false},
    SampleColumn{"shmem_bytes", &CgroupSample::shmem_bytes, false},
    SampleColumn{"pids", &CgroupSample::pids, false},
    SampleColumn{"io_read_bytes", &CgroupSample::io_read_bytes, true},
    SampleColumn{"io_write_bytes", &CgroupSample::io_write_bytes, true},
    SampleColumn{"cpu_some_usec", &CgroupSample::cpu_some_usec, true},
    SampleColumn{"memory_some_usec", &CgroupSample::memory_some_usec, true},
    SampleColumn{"io_some_usec", &CgroupSample::io_some_usec, true},
};

/// One job's groups: a directory in each hierarchy that is needed, made and capped by CgroupDriver::create(). Owns
/// the directories: the destructor removes what remove() has not.
class Cgroup {
 public:
  virtual ~Cgroup() = default;

  /// How a child gets in. Borrowed: valid as long as this object.
  [[nodiscard]] virtual CgroupEntry entry() const = 0;

  /// Directories of this group, absolute, for `enter` and the report.
  [[nodiscard]] virtual std::vector<std::string> paths() const = 0;

  /// SIGKILL to every member, frozen ones included (cgroup.kill, Linux 5.14; on v1 alone: freeze, signal, thaw).
  virtual Status kill() = 0;

  /// Stops or continues every member (cgroup.freeze or the v1 freezer).
  virtual Status freeze(bool frozen) = 0;

  /// True while a process is in the group.
  [[nodiscard]] virtual Result<bool> populated() const = 0;

  /// Fills every figure this group knows, with its source; a figure it should know and cannot gets the reason.
  /// Figures that are not its business stay as they are. Exact only after the last member is dead.
  virtual void read_usage(ResourceUsage& usage) const = 0;

  [[nodiscard]] virtual CgroupSample sample() const = 0;

  /// An eventfd(2) that becomes readable just before the kernel kills a member for lack of memory, or -1: asked for
  /// with OomPolicy::kFail, where the kernel does not kill the whole group itself (v1). Borrowed.
  [[nodiscard]] virtual int oom_event() const = 0;

  /// rmdir of every directory, after the last member is gone. Retries a short while on EBUSY.
  virtual Status remove() = 0;
};

/// Makes groups below hermetric's own group in each hierarchy, or beside it (hierarchy.hpp). Safe from several threads.
/// On cgroup v2 the first create() may have to enable controllers and to move this process aside; if it moved, the
/// destructor undoes both (delegation.hpp).
class CgroupDriver {
 public:
  virtual ~CgroupDriver() = default;

  [[nodiscard]] virtual CgroupLayout layout() const = 0;

  /// True if groups can be made whose `controller` (as cgroup2 calls it) caps or counts.
  [[nodiscard]] virtual bool has(std::string_view controller) const = 0;

  /// The directories create(name, request) would make: known before they exist, so that the ledger can hold them.
  [[nodiscard]] virtual std::vector<std::string> paths_of(const std::string& name,
                                                          const CgroupRequest& request) const = 0;

  /// Makes fresh directories (an existing one is an error: its old peak would leak into the new figures), writes every
  /// cap and reads it back. A cap that was asked for and cannot be applied is an error with the reason and a remedy.
  virtual Result<std::unique_ptr<Cgroup>> create(const std::string& name, const CgroupRequest& request) = 0;
};

/// What find_cgroups() looks at; a test points it at a fake tree.
struct CgroupRoots {
  std::string mountinfo = "/proc/self/mountinfo";
  std::string self_cgroup = "/proc/self/cgroup";
  std::string swaps = "/proc/swaps";  ///< a host without swap needs no swap cap
  std::optional<std::string> parent =
      std::nullopt;  ///< --cgroup-parent: in place of the own path, below each hierarchy's mount
};

/// The one place that knows the cgroup version: looks at what is mounted, per controller, and returns the driver for
/// it. On a host without any usable hierarchy the driver makes empty groups and says so in every figure.
Result<std::unique_ptr<CgroupDriver>> find_cgroups(const CgroupRoots& roots = {});

/// A view of groups that another process made, by the directories its ledger names (Cgroup::paths()). It owns nothing:
/// only remove() removes them. Directories that are gone are left out; one outside every cgroup mount is an error.
Result<std::unique_ptr<Cgroup>> open_groups(const std::vector<std::string>& directories,
                                            const std::string& mountinfo = "/proc/self/mountinfo");

}  // namespace hermetric
