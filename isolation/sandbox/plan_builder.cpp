#include "isolation/sandbox/plan_builder.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>

#include "isolation/sandbox/confinement.hpp"
#include "isolation/sandbox/seccomp_filter.hpp"

namespace hermetric {
namespace {

constexpr unsigned kJobUmask = 022;
/// Uppers are thrown away, so nothing needs to reach the disk: without `volatile` the end of every job would sync the
/// whole file system below (overlayfs.rst, "Volatile mount"). Renaming a directory must work as on any file system.
constexpr const char* kOverlayOptions = ",volatile,redirect_dir=on,index=off,metacopy=off";
/// Of one that is not the host's root: no redirects, for a user could have forged them.
constexpr const char* kRootlessOverlayOptions = ",volatile,userxattr,index=off,metacopy=off";

struct Device {
  const char* name;
  unsigned major, minor;
};
constexpr std::array<Device, 6> kDevices = {
    {{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}}};

struct Link {
  const char* name;
  const char* target;
};
constexpr std::array<Link, 5> kDeviceLinks = {{{"fd", "/proc/self/fd"},
                                               {"stdin", "/proc/self/fd/0"},
                                               {"stdout", "/proc/self/fd/1"},
                                               {"stderr", "/proc/self/fd/2"},
                                               {"ptmx", "pts/ptmx"}}};

/// In the order of ResourceUsage::Counters; PERF_TYPE_HARDWARE is 0.
constexpr std::array<std::uint64_t, kCounterCount> kCounters = {
    PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_CACHE_MISSES, PERF_COUNT_HW_BRANCH_MISSES};

class PlanBuilder {
 public:
  PlanBuilder(const SandboxSpec& spec, const PlanResources& resources, const MountTemplate& mounts)
      : spec_(spec), resources_(resources), mounts_(mounts) {}

  std::shared_ptr<const Plan> build() {
    begin();
    network();
    root();
    view();
    devices();
    kernel_file_systems();
    init({.op = Op::kChdir, .path = keep(mounts_.root())});
    init({.op = Op::kPivotRoot});
    plan_->mark(Actor::kInit, Stage::kPivot);
    init({.op = Op::kUnshare, .flags = CLONE_NEWTIME});
    init({.op = Op::kWriteFile, .path = "/proc/self/timens_offsets", .data = keep(resources_.clock_offsets)});
    for (int i = 0; i < static_cast<int>(kCounters.size()); ++i)
      init({.op = Op::kOpenCounter, .number = i, .flags = kCounters[static_cast<std::size_t>(i)]});
    init({.op = Op::kSpawnJob, .fd = resources_.cgroup.leaf_fd, .number = resources_.prepared ? kPreparedJob : 0});
    job();
    plan_->set_command(spec_.candidates, spec_.argv, spec_.environment);
    plan_->set_capture({"/proc/self/io", "/proc/self/net/dev"});
    return plan_;
  }

 private:
  void init(const Step& step) { plan_->add(Actor::kInit, step); }
  void for_job(const Step& step) { plan_->add(Actor::kJob, step); }
  const char* keep(std::string text) { return plan_->keep(std::move(text)); }
  [[nodiscard]] std::string inside(const std::string& path) const { return mounts_.root() + path; }

  void begin() {
    init({.op = Op::kDieWithParent, .fd = resources_.runner_pidfd});
    close_all_but_needed();
    init({.op = Op::kDefaultSignals});
    init({.op = Op::kUmask, .number = 0});
    init({.op = Op::kHostname, .path = keep(spec_.hostname)});
    init({.op = Op::kDomainname, .path = keep(spec_.domainname)});
    plan_->mark(Actor::kInit, Stage::kNamespaces);
  }

  /// Init starts with a copy of the runner's descriptors; another job's pipe among them would never see its end.
  void close_all_but_needed() {
    std::vector<int> needed = {resources_.user_namespace_fd, resources_.cgroup.leaf_fd, resources_.stdin_fd,
                               resources_.stdout_fd, resources_.stderr_fd};
    needed.insert(needed.end(), resources_.cgroup.tasks_fds.begin(), resources_.cgroup.tasks_fds.end());
    std::erase(needed, -1);
    std::sort(needed.begin(), needed.end());
    int first = 0;
    for (const int fd : needed) {
      if (fd > first) init({.op = Op::kCloseRange, .number = first, .flags = static_cast<std::uint64_t>(fd) - 1});
      first = fd + 1;
    }
    init({.op = Op::kCloseRange, .number = first, .flags = ~0U});
  }

  void network() {
    if (spec_.host_network) return;
    init({.op = Op::kLinkUp, .path = "lo"});
    plan_->mark(Actor::kInit, Stage::kNetwork);
  }

  std::string overlay_options(const std::string& lowers, unsigned upper) const {
    const std::string number = std::to_string(upper);
    return "lowerdir=" + lowers + ",upperdir=upper" + number + ",workdir=work" + number +
           (resources_.rootless ? kRootlessOverlayOptions : kOverlayOptions);
  }

  /// Only the host's root may map the ids of the host's files; for a job that is its caller they are right as they are.
  [[nodiscard]] int id_map_fd() const { return resources_.rootless ? -1 : resources_.user_namespace_fd; }

  /// An id-mapped copy of a host directory in the next slot of the template, for use as a lower.
  std::string mapped_lower(const std::string& source) {
    const std::string slot = mounts_.lower(next_lower_++);
    init({.op = Op::kBindMapped,
          .fd = id_map_fd(),
          .flags = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV,
          .path = keep(slot),
          .source = keep(source)});
    return slot;
  }

  void root() {
    init({.op = Op::kChdir, .path = keep(resources_.scratch_directory)});
    std::string lowers = resources_.skeleton_layer;
    if (spec_.root_directory)
      lowers += ":" + mapped_lower(*spec_.root_directory);
    else if (!spec_.skeleton.alone)
      lowers += ":/";
    init({.op = Op::kMount,
          .flags = MS_NOSUID | MS_NODEV,
          .path = keep(mounts_.root()),
          .source = "root",
          .type = "overlay",
          .data = keep(overlay_options(lowers, 0))});
    plan_->mark(Actor::kInit, Stage::kRoot);
  }

  void view() {
    unsigned upper = 1;
    for (const ViewMount& mount : spec_.mounts) {
      if (mount.kind == ViewMount::Kind::kOverlay) {
        overlay(mount, upper++);
      } else if (mount.kind == ViewMount::Kind::kHostTree) {
        host_tree(mount, upper++);
      } else if (mount.kind == ViewMount::Kind::kTmpfs) {
        tmpfs(mount);
      } else if (mount.kind == ViewMount::Kind::kHide) {
        hide(mount);
      } else {
        bind(mount);
      }
    }
    plan_->mark(Actor::kInit, Stage::kWorkspace);
  }

  void overlay(const ViewMount& mount, unsigned upper) {
    std::string lowers;
    for (const std::string& source : mount.sources)
      lowers.append(lowers.empty() ? "" : ":").append(mapped_lower(source));
    mount_overlay(mount, lowers, upper);
  }

  void host_tree(const ViewMount& mount, unsigned upper) {
    mount_overlay(mount, resources_.skeleton_layer + mount.destination + ":" + mount.sources.front(), upper);
  }

  void mount_overlay(const ViewMount& mount, const std::string& lowers, unsigned upper) {
    init({.op = Op::kMount,
          .flags = MS_NOSUID | MS_NODEV,
          .path = keep(inside(mount.destination)),
          .source = "workspace",
          .type = "overlay",
          .data = keep(overlay_options(lowers, upper))});
  }

  void bind(const ViewMount& mount) {
    const bool mapped = mount.kind != ViewMount::Kind::kHostPart;
    const bool read_only = mount.kind != ViewMount::Kind::kReadWrite;
    init({.op = Op::kBindMapped,
          .fd = mapped ? id_map_fd() : -1,
          .flags = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (read_only ? MOUNT_ATTR_RDONLY : 0U),
          .path = keep(inside(mount.destination)),
          .source = keep(mount.sources.front())});
  }

  void tmpfs(const ViewMount& mount) {
    std::string options = "mode=1777";
    if (mount.size) options += ",size=" + std::to_string(mount.size->count);
    init({.op = Op::kMount,
          .flags = MS_NOSUID | MS_NODEV,
          .path = keep(inside(mount.destination)),
          .source = "tmpfs",
          .type = "tmpfs",
          .data = keep(std::move(options))});
  }

  void hide(const ViewMount& mount) {
    if (mount.is_file) {
      init({.op = Op::kBindMapped,
            .flags = MOUNT_ATTR_RDONLY,
            .path = keep(inside(mount.destination)),
            .source = keep(mounts_.empty_file())});
      return;
    }
    init({.op = Op::kMount,
          .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
          .path = keep(inside(mount.destination)),
          .source = "hidden",
          .type = "tmpfs",
          .data = "mode=0555"});
  }

  void devices() {
    const std::string dev = inside("/dev");
    init({.op = Op::kMount,
          .flags = MS_NOSUID | MS_NOEXEC,
          .path = keep(dev),
          .source = "dev",
          .type = "tmpfs",
          .data = "mode=0755,size=64m"});
    init({.op = Op::kChdir, .path = keep(dev)});
    for (const Device& device : kDevices) make_device(device);
    for (const Link& link : kDeviceLinks) init({.op = Op::kSymlink, .path = link.name, .source = link.target});
    init({.op = Op::kMakeDirectory, .number = 01777, .path = "shm"});
    init({.op = Op::kMakeDirectory, .number = 0755, .path = "pts"});
    init({.op = Op::kMount,
          .flags = MS_NOSUID | MS_NOEXEC,
          .path = "pts",
          .source = "devpts",
          .type = "devpts",
          .data = "newinstance,ptmxmode=0666,mode=0620"});
    plan_->mark(Actor::kInit, Stage::kDevices);
  }

  /// Only the host's root can make one; others show the host's.
  void make_device(const Device& device) {
    if (!resources_.rootless)
      return init({.op = Op::kMakeNode,
                   .number = S_IFCHR | 0666,
                   .flags = makedev(device.major, device.minor),
                   .path = device.name});
    init({.op = Op::kMakeNode, .number = S_IFREG | 0666, .path = device.name});
    init({.op = Op::kBindMapped, .path = device.name, .source = keep(std::string("/dev/") + device.name)});
  }

  /// hidepid: the job sees its own processes and not init, whose command line is hermetric's.
  void kernel_file_systems() {
    init({.op = Op::kMount,
          .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC,
          .path = keep(inside("/proc")),
          .source = "proc",
          .type = "proc",
          .data = "hidepid=invisible"});
    if (!spec_.host_network)
      init({.op = Op::kMount,
            .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
            .path = keep(inside("/sys")),
            .source = "sysfs",
            .type = "sysfs"});
    mask();
    plan_->mark(Actor::kInit, Stage::kProc);
  }

  /// Plain binds, the cheapest mounts there are. Not where a job may mount: the kernel refuses a new /proc to one that
  /// sees its own only in part (mount_namespaces(7)).
  void mask() {
    if (spec_.nested) return;
    for (const MaskedPath& masked : resources_.masked_paths) {
      if (spec_.host_network && masked.path.starts_with("/sys/")) continue;  // there is no /sys
      init({.op = Op::kMount,
            .flags = MS_BIND,
            .path = keep(inside(masked.path)),
            .source = keep(masked.is_directory ? mounts_.empty_directory() : mounts_.empty_file())});
    }
  }

  void job() {
    for (const int fd : resources_.cgroup.tasks_fds) for_job({.op = Op::kJoinGroup, .fd = fd});
    for_job({.op = Op::kSetNamespace, .fd = resources_.user_namespace_fd, .flags = CLONE_NEWUSER});
    for_job({.op = Op::kUnshare, .flags = CLONE_NEWCGROUP | (spec_.nested ? CLONE_NEWNS : 0U)});
    for_job({.op = Op::kNoteNamespaces});
    for_job({.op = Op::kNewSession});
    for_job({.op = Op::kBoundingSet, .flags = job_capabilities(spec_.uid, spec_.nested)});
    if (!resources_.keeps_groups) for_job({.op = Op::kNoGroups});
    for_job({.op = Op::kIdentity, .number = static_cast<int>(spec_.uid), .flags = spec_.gid});
    for_job({.op = Op::kChdir, .path = keep(spec_.cwd)});
    for_job({.op = Op::kUmask, .number = kJobUmask});
    for_job({.op = Op::kNoNewPrivileges});
    filter();
    for_job({.op = Op::kUnshare, .flags = CLONE_FILES});
    for_job({.op = Op::kDuplicate, .fd = resources_.stdin_fd, .number = 0});
    for_job({.op = Op::kDuplicate, .fd = resources_.stdout_fd, .number = 1});
    for_job({.op = Op::kDuplicate, .fd = resources_.stderr_fd, .number = 2});
    for_job({.op = Op::kCloseRange, .number = 3, .flags = ~0U});
    limits();
    for_job({.op = Op::kUnblockSignals});
    if (resources_.prepared) for_job({.op = Op::kAwaitCommand});
    plan_->mark(Actor::kJob, Stage::kJob);
    for_job({.op = Op::kExec});
  }

  void limits() {
    if (spec_.limits.open_files)
      for_job({.op = Op::kResourceLimit, .number = RLIMIT_NOFILE, .flags = *spec_.limits.open_files});
    if (spec_.limits.file_size)
      for_job({.op = Op::kResourceLimit, .number = RLIMIT_FSIZE, .flags = spec_.limits.file_size->count});
    for_job({.op = Op::kResourceLimit, .number = RLIMIT_CORE, .flags = 0});
  }

  /// While the job has init's descriptors, so that init has the listener. Not for a nested job, whose programs may load
  /// filters of their own that want to be the one with a listener.
  void filter() {
    const auto instructions = [](SeccompProgram program) { return reinterpret_cast<const char*>(program.data()); };
    const SyscallFilter& filter = syscall_filter(spec_.nested);
    for_job({.op = Op::kSeccomp,
             .number = static_cast<int>(filter.plain.size()),
             .source = spec_.nested ? nullptr : instructions(filter.counting),
             .data = instructions(filter.plain)});
    plan_->set_counted(counted_calls());
  }

  const SandboxSpec& spec_;
  const PlanResources& resources_;
  const MountTemplate& mounts_;
  std::shared_ptr<Plan> plan_ = std::make_shared<Plan>();
  unsigned next_lower_ = 0;
};

}  // namespace

std::uint64_t namespace_flags(const SandboxSpec& spec) {
  return CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (spec.host_network ? 0 : CLONE_NEWNET);
}

std::shared_ptr<const Plan> build_plan(const SandboxSpec& spec, const PlanResources& resources,
                                       const MountTemplate& mounts) {
  return PlanBuilder(spec, resources, mounts).build();
}

unsigned count_mapped_lowers(const SandboxSpec& spec) {
  std::size_t count = spec.root_directory ? 1 : 0;
  for (const ViewMount& mount : spec.mounts)
    if (mount.kind == ViewMount::Kind::kOverlay) count += mount.sources.size();
  return static_cast<unsigned>(count);
}

std::vector<const ViewMount*> overlays_of(const SandboxSpec& spec) {
  std::vector<const ViewMount*> overlays;
  for (const ViewMount& mount : spec.mounts)
    if (mount.kind == ViewMount::Kind::kOverlay || mount.kind == ViewMount::Kind::kHostTree) overlays.push_back(&mount);
  return overlays;
}

}  // namespace hermetric
