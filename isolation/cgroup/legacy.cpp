/// Control groups version 1, Documentation/admin-guide/cgroup-v1/.

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "isolation/cgroup/block_device.hpp"
#include "isolation/cgroup/cap_text.hpp"
#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/cgroup/dialect.hpp"
#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

// NOLINTNEXTLINE(bugprone-macro-parentheses): the name of a member
#define FIGURE(member) [](ResourceUsage& usage) -> Measured& { return usage.member; }

constexpr const char* kIoBytes = "blkio.throttle.io_service_bytes";
constexpr const char* kIoOperations = "blkio.throttle.io_serviced";

// usage counts nanoseconds of run time; _user and _sys are what the tick saw: their sum was up to a quarter off usage
// for a job of 0.2 s (Linux 6.18). So they are scaled to it (settle), as the kernel does for cgroup2's cpu.stat, which
// is preferred where a leaf exists.
constexpr std::array kUsage = {
    UsageRow{FIGURE(cpu.usage_usec), "cpuacct", "cpuacct.usage", {}, parse_single, 1000},
    UsageRow{FIGURE(cpu.user_usec), "cpuacct", "cpuacct.usage_user", {}, parse_single, 1000, "4.9"},
    UsageRow{FIGURE(cpu.system_usec), "cpuacct", "cpuacct.usage_sys", {}, parse_single, 1000, "4.9"},
    UsageRow{FIGURE(cpu.nr_periods), "cpu", "cpu.stat", "nr_periods", parse_flat, 1, "3.2", true},
    UsageRow{FIGURE(cpu.nr_throttled), "cpu", "cpu.stat", "nr_throttled", parse_flat, 1, "3.2", true},
    UsageRow{FIGURE(cpu.throttled_usec), "cpu", "cpu.stat", "throttled_time", parse_flat, 1000, "3.2", true},
    UsageRow{FIGURE(memory.peak_bytes), "memory", "memory.max_usage_in_bytes", {}, parse_single},
    UsageRow{FIGURE(memory.swap_peak_bytes),
             "memory",
             nullptr,
             {},
             nullptr,
             1,
             {},
             false,
             "cgroup v1 keeps the peak of memory and swap together, not of swap"},
    UsageRow{FIGURE(memory.oom_kills), "memory", "memory.oom_control", "oom_kill", parse_flat, 1, "4.13"},
    UsageRow{FIGURE(io.read_bytes), "blkio", kIoBytes, "Read", parse_blkio},
    UsageRow{FIGURE(io.write_bytes), "blkio", kIoBytes, "Write", parse_blkio},
    UsageRow{FIGURE(io.read_ops), "blkio", kIoOperations, "Read", parse_blkio},
    UsageRow{FIGURE(io.write_ops), "blkio", kIoOperations, "Write", parse_blkio},
    UsageRow{FIGURE(pids.peak), "pids", "pids.peak", {}, parse_single, 1, "6.1"},
};

#undef FIGURE

void settle(ResourceUsage& usage) {
  ResourceUsage::Cpu& cpu = usage.cpu;
  if (!cpu.usage_usec.known() || !cpu.system_usec.known()) return;
  if (!cpu.user_usec.known() || !cpu.user_usec.note.ends_with("cpuacct.usage_user")) return;
  const double ticked = static_cast<double>(*cpu.user_usec.value) + static_cast<double>(*cpu.system_usec.value);
  const double share = ticked > 0 ? static_cast<double>(*cpu.system_usec.value) / ticked : 0;  // as the kernel: user
  const auto system = static_cast<std::uint64_t>(std::llround(static_cast<double>(*cpu.usage_usec.value) * share));
  cpu.system_usec = Measured::of(system, cpu.system_usec.note + ", scaled to cpuacct.usage");
  cpu.user_usec = Measured::of(*cpu.usage_usec.value - system, cpu.user_usec.note + ", scaled to cpuacct.usage");
}

constexpr std::array kSamples = {
    SampleRow{&CgroupSample::cpu_usage_usec, "cpuacct", "cpuacct.usage", {}, parse_single, 1000},
    SampleRow{&CgroupSample::memory_bytes, "memory", "memory.usage_in_bytes", {}, parse_single},
    SampleRow{&CgroupSample::anon_bytes, "memory", "memory.stat", "rss", parse_flat},
    SampleRow{&CgroupSample::file_bytes, "memory", "memory.stat", "cache", parse_flat},
    SampleRow{&CgroupSample::shmem_bytes, "memory", "memory.stat", "shmem", parse_flat},
    SampleRow{&CgroupSample::pids, "pids", "pids.current", {}, parse_single},
    SampleRow{&CgroupSample::io_read_bytes, "blkio", kIoBytes, "Read", parse_blkio},
    SampleRow{&CgroupSample::io_write_bytes, "blkio", kIoBytes, "Write", parse_blkio},
};

/// limit_in_bytes first: memsw may not be below it, and a fresh group's memsw is unlimited.
Status add_memory_caps(const Limits& limits, std::vector<CapWrite>& caps) {
  if (!limits.memory && limits.swap)
    return std::unexpected(Error("swap cap " + size_text(*limits.swap) + ": cgroup v1 caps memory and swap together")
                               .remedy("give a memory cap as well"));
  if (!limits.memory) return {};
  caps.push_back({.noun = "memory cap " + size_text(*limits.memory),
                  .controller = "memory",
                  .file = "memory.limit_in_bytes",
                  .text = std::to_string(limits.memory->count),
                  .expected = page_rounded(*limits.memory)});
  const Bytes swap = limits.swap.value_or(Bytes{0});
  const Bytes both{limits.memory->count + swap.count};
  caps.push_back({.noun = "swap cap " + size_text(swap),
                  .controller = "memory",
                  .file = "memory.memsw.limit_in_bytes",
                  .text = std::to_string(both.count),
                  .expected = page_rounded(both),
                  .when_refused = WhenRefused::kErrorIfHostSwaps,
                  .remedy = "boot with swapaccount=1, or turn swap off"});
  return {};
}

/// Weight 100, the default of v2, is 1024 shares, the default of v1.
void add_cpu_caps(const Limits& limits, std::vector<CapWrite>& caps) {
  if (limits.cpus) {
    const std::string period = std::to_string(kCpuPeriodUsec);
    const std::string quota = std::to_string(cpu_quota_usec(*limits.cpus));
    caps.push_back({.noun = cpus_noun(*limits.cpus),
                    .controller = "cpu",
                    .file = "cpu.cfs_period_us",
                    .text = period,
                    .expected = period,
                    .remedy = "needs a kernel with CONFIG_CFS_BANDWIDTH"});
    caps.push_back({.noun = cpus_noun(*limits.cpus),
                    .controller = "cpu",
                    .file = "cpu.cfs_quota_us",
                    .text = quota,
                    .expected = quota,
                    .remedy = "the kernel takes 0.01 CPUs or more, and no more than the parent group has"});
  }
  if (limits.cpu_weight) {
    const std::string shares = std::to_string(std::max<std::uint64_t>(2, *limits.cpu_weight * 1024 / 100));
    caps.push_back({.noun = "CPU weight " + std::to_string(*limits.cpu_weight),
                    .controller = "cpu",
                    .file = "cpu.shares",
                    .text = shares,
                    .expected = shares,
                    .remedy = "1 to 10000"});
  }
}

/// What was asked for, or what the parent group has: `effective` came with Linux 3.17.
Result<std::string> list_or_parents(const std::optional<std::string>& asked, int base, const char* effective,
                                    const char* own) {
  if (asked) return *asked;
  auto parents = read_file_at(base, effective);
  if (!parents) parents = read_file_at(base, own);
  if (!parents) return std::unexpected(std::move(parents).error().in("cpuset"));
  return std::string(trimmed(*parents));
}

/// A fresh v1 cpuset has neither CPUs nor memory nodes, and takes no process until it has both.
Status add_cpuset_cap(const Limits& limits, int base, std::vector<CapWrite>& caps) {
  if (!limits.cpuset && !limits.cpuset_mems) return {};
  TRY_ASSIGN(const std::string nodes,
             list_or_parents(limits.cpuset_mems, base, "cpuset.effective_mems", "cpuset.mems"));
  caps.push_back({.noun = memory_nodes_noun(nodes),
                  .controller = "cpuset",
                  .file = "cpuset.mems",
                  .text = nodes,
                  .check_file = "cpuset.effective_mems",
                  .expected = nodes,
                  .read_back = ReadBack::kSameList,
                  .remedy = "cpuset.effective_mems of the parent group lists what there is"});
  TRY_ASSIGN(const std::string cpus, list_or_parents(limits.cpuset, base, "cpuset.effective_cpus", "cpuset.cpus"));
  caps.push_back({.noun = "cpuset " + cpus,
                  .controller = "cpuset",
                  .file = "cpuset.cpus",
                  .text = cpus,
                  .check_file = "cpuset.effective_cpus",
                  .expected = cpus,
                  .read_back = ReadBack::kSameList,
                  .remedy = "cpuset.effective_cpus of the parent group lists what there is"});
  return {};
}

/// BFQ's weights end at 1000; the upper half of 1..10000 is compressed, as systemd does.
std::uint64_t bfq_weight(std::uint64_t weight) {
  return weight <= 100 ? weight : 100 + (weight - 100) * (1000 - 100) / (10000 - 100);
}

/// A group has the file as soon as BFQ is loaded, but only a disk that uses it heeds the weight.
Status require_bfq(std::uint64_t weight, const std::vector<std::string>& disks) {
  std::string others;
  for (const std::string& disk : disks) {
    const std::string scheduler = io_scheduler_of(disk);
    if (scheduler == "bfq") return {};
    others.append(", ").append(disk).append(" has ").append(scheduler.empty() ? "none" : scheduler);
  }
  return std::unexpected(
      Error("IO weight " + std::to_string(weight) + ": no disk of this job uses the BFQ scheduler" + others)
          .remedy("echo bfq > /sys/block/DISK/queue/scheduler, or --scratch on a disk that uses it"));
}

Status add_io_caps(const CgroupRequest& request, std::vector<CapWrite>& caps) {
  const Limits& limits = request.limits;
  if (limits.io_weight) {
    TRY(require_bfq(*limits.io_weight, request.io_devices));
    const std::string text = std::to_string(bfq_weight(*limits.io_weight));
    caps.push_back({.noun = "IO weight " + std::to_string(*limits.io_weight),
                    .controller = "blkio",
                    .file = "blkio.bfq.weight",
                    .text = text,
                    .expected = text,
                    .remedy = "needs a kernel with the BFQ scheduler; 1 to 10000"});
  }
  for (const IoMax& max : limits.io_max) {
    TRY_ASSIGN(const std::string disk, whole_disk(max.device));
    const auto add = [&](const char* file, const std::optional<std::uint64_t>& value) {
      if (!value) return;
      const std::string line = disk + " " + std::to_string(*value);
      caps.push_back({.noun = "IO cap of " + max.device,
                      .controller = "blkio",
                      .file = file,
                      .text = line,
                      .expected = line,
                      .read_back = ReadBack::kHasLine,
                      .remedy = "needs a kernel with CONFIG_BLK_DEV_THROTTLING"});
    };
    add("blkio.throttle.read_bps_device", max.read_bytes_per_second);
    add("blkio.throttle.write_bps_device", max.write_bytes_per_second);
    add("blkio.throttle.read_iops_device", max.read_ops_per_second);
    add("blkio.throttle.write_iops_device", max.write_ops_per_second);
  }
  return {};
}

/// Linux 5.13 to 6.4 count a bio only in a group that has a rule for its direction: seen on 6.1. `release` as of uname.
bool counts_without_rule(std::string_view release) {
  const auto number = [&](std::string_view text) {
    return parse_single(text.substr(0, text.find_first_not_of("0123456789")), {});
  };
  const std::size_t dot = release.find('.');
  const auto major = number(release);
  const auto minor = dot == std::string_view::npos ? std::nullopt : number(release.substr(dot + 1));
  return major && minor && (*major > 6 || (*major == 6 && *minor >= 5));
}

/// Makes the kernel count. Found on Linux 6.18, freshly booted: nothing is counted on a disk, for any group, until the
/// first write of a throttle rule for it in any group. That write takes 21 ms (the disk's queue is frozen); from then
/// until the next boot every group counts reads and writes, existing ones and groups without a rule included, and a
/// loop device keeps counting when it is detached and attached again. A rule of 0 means "no limit": it starts the
/// counting, throttles nothing and shows in no *_device file. Later writes take 12 to 40 us and make the disk's lines
/// appear in the group even if it does no IO, so that 0 is told apart from "not counted". An older kernel needs a rule
/// that is a limit, for both directions: more bytes a second than any disk moves.
void add_io_counting(const CgroupRequest& request, std::vector<CapWrite>& caps) {
  struct utsname system{};
  ::uname(&system);
  const bool by_itself = counts_without_rule(system.release);
  const std::string limit = by_itself ? " 0" : " " + std::to_string(std::uint64_t{1} << 40U);
  const auto add = [&](const std::string& disk, const char* file) {
    caps.push_back({.noun = "IO of " + disk,
                    .controller = "blkio",
                    .file = file,
                    .text = disk + limit,
                    .read_back = ReadBack::kNothing,
                    .when_refused = WhenRefused::kIoNotCounted});
  };
  for (const std::string& disk : request.io_devices) {
    add(disk, "blkio.throttle.read_bps_device");
    if (!by_itself) add(disk, "blkio.throttle.write_bps_device");
  }
}

Result<std::vector<CapWrite>> legacy_caps(const CgroupRequest& request, const std::vector<std::string>& controllers,
                                          int base) {
  const Limits& limits = request.limits;
  std::vector<CapWrite> caps;
  if (has_controller(controllers, "memory")) TRY(add_memory_caps(limits, caps));
  if (has_controller(controllers, "cpu")) add_cpu_caps(limits, caps);
  if (has_controller(controllers, "cpuset")) TRY(add_cpuset_cap(limits, base, caps));
  if (has_controller(controllers, "pids") && limits.pids) {
    const std::string text = std::to_string(*limits.pids);
    caps.push_back(
        {.noun = "process cap " + text, .controller = "pids", .file = "pids.max", .text = text, .expected = text});
  }
  if (has_controller(controllers, "blkio")) {
    add_io_counting(request, caps);
    TRY(add_io_caps(request, caps));
  }
  return caps;
}

struct GroupRule {
  std::string_view controller;
  bool (*wanted)(const Limits& limits, bool has_leaf);
};

/// Each group costs a job some 0.1 ms, so that there is none without a use: a cgroup2 leaf already has CPU time and
/// freezing.
constexpr std::array kGroupRules = {
    GroupRule{"memory", [](const Limits&, bool) { return true; }},
    GroupRule{"pids", [](const Limits&, bool) { return true; }},
    GroupRule{"blkio", [](const Limits&, bool) { return true; }},
    GroupRule{"cpu", [](const Limits& limits, bool) { return limits.cpus || limits.cpu_weight; }},
    GroupRule{"cpuset", [](const Limits& limits, bool) { return limits.cpuset || limits.cpuset_mems; }},
    GroupRule{"cpuacct", [](const Limits&, bool has_leaf) { return !has_leaf; }},
    GroupRule{"freezer", [](const Limits&, bool has_leaf) { return !has_leaf; }},
};

bool wanted(const std::vector<std::string>& controllers, const Limits& limits, bool has_leaf) {
  return std::ranges::any_of(kGroupRules, [&](const GroupRule& rule) {
    return has_controller(controllers, rule.controller) && rule.wanted(limits, has_leaf);
  });
}

}  // namespace

const Dialect kLegacyDialect = {.name = "cgroup v1",
                                .entered_by_clone = false,
                                .usage = kUsage,
                                .settle = settle,
                                .samples = kSamples,
                                .caps = legacy_caps,
                                .wanted = wanted};

}  // namespace hermetric
