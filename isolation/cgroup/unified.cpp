/// Control groups version 2, Documentation/admin-guide/cgroup-v2.rst.

#include <algorithm>
#include <array>

#include "isolation/cgroup/block_device.hpp"
#include "isolation/cgroup/cap_text.hpp"
#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/cgroup/dialect.hpp"
#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

// NOLINTNEXTLINE(bugprone-macro-parentheses): the name of a member
#define FIGURE(member) [](ResourceUsage& usage) -> Measured& { return usage.member; }

constexpr std::array kUsage = {
    UsageRow{FIGURE(cpu.usage_usec), kCore, "cpu.stat", "usage_usec", parse_flat, 1, "4.15"},
    UsageRow{FIGURE(cpu.user_usec), kCore, "cpu.stat", "user_usec", parse_flat, 1, "4.15"},
    UsageRow{FIGURE(cpu.system_usec), kCore, "cpu.stat", "system_usec", parse_flat, 1, "4.15"},
    UsageRow{FIGURE(cpu.nr_periods), "cpu", "cpu.stat", "nr_periods", parse_flat, 1, "4.15", true},
    UsageRow{FIGURE(cpu.nr_throttled), "cpu", "cpu.stat", "nr_throttled", parse_flat, 1, "4.15", true},
    UsageRow{FIGURE(cpu.throttled_usec), "cpu", "cpu.stat", "throttled_usec", parse_flat, 1, "4.15", true},
    UsageRow{FIGURE(memory.peak_bytes), "memory", "memory.peak", {}, parse_single, 1, "5.19"},
    UsageRow{FIGURE(memory.swap_peak_bytes), "memory", "memory.swap.peak", {}, parse_single, 1, "6.5"},
    UsageRow{FIGURE(memory.oom_kills), "memory", "memory.events.local", "oom_kill", parse_flat, 1, "5.2"},
    UsageRow{FIGURE(io.read_bytes), "io", "io.stat", "rbytes", parse_io_stat},
    UsageRow{FIGURE(io.write_bytes), "io", "io.stat", "wbytes", parse_io_stat},
    UsageRow{FIGURE(io.read_ops), "io", "io.stat", "rios", parse_io_stat},
    UsageRow{FIGURE(io.write_ops), "io", "io.stat", "wios", parse_io_stat},
    UsageRow{FIGURE(pids.peak), "pids", "pids.peak", {}, parse_single, 1, "6.1"},
    UsageRow{FIGURE(pressure.cpu.some_usec), kCore, "cpu.pressure", "some", parse_pressure, 1, "4.20 with PSI"},
    UsageRow{FIGURE(pressure.cpu.full_usec), kCore, "cpu.pressure", "full", parse_pressure, 1, "5.13 with PSI"},
    UsageRow{FIGURE(pressure.memory.some_usec), kCore, "memory.pressure", "some", parse_pressure, 1, "4.20 with PSI"},
    UsageRow{FIGURE(pressure.memory.full_usec), kCore, "memory.pressure", "full", parse_pressure, 1, "4.20 with PSI"},
    UsageRow{FIGURE(pressure.io.some_usec), kCore, "io.pressure", "some", parse_pressure, 1, "4.20 with PSI"},
    UsageRow{FIGURE(pressure.io.full_usec), kCore, "io.pressure", "full", parse_pressure, 1, "4.20 with PSI"},
};

#undef FIGURE

constexpr std::array kSamples = {
    SampleRow{&CgroupSample::cpu_usage_usec, kCore, "cpu.stat", "usage_usec", parse_flat},
    SampleRow{&CgroupSample::memory_bytes, "memory", "memory.current", {}, parse_single},
    SampleRow{&CgroupSample::anon_bytes, "memory", "memory.stat", "anon", parse_flat},
    SampleRow{&CgroupSample::file_bytes, "memory", "memory.stat", "file", parse_flat},
    SampleRow{&CgroupSample::shmem_bytes, "memory", "memory.stat", "shmem", parse_flat},
    SampleRow{&CgroupSample::pids, "pids", "pids.current", {}, parse_single},
    SampleRow{&CgroupSample::io_read_bytes, "io", "io.stat", "rbytes", parse_io_stat},
    SampleRow{&CgroupSample::io_write_bytes, "io", "io.stat", "wbytes", parse_io_stat},
    SampleRow{&CgroupSample::cpu_some_usec, kCore, "cpu.pressure", "some", parse_pressure},
    SampleRow{&CgroupSample::memory_some_usec, kCore, "memory.pressure", "some", parse_pressure},
    SampleRow{&CgroupSample::io_some_usec, kCore, "io.pressure", "some", parse_pressure},
};

void add_memory_caps(const Limits& limits, std::vector<CapWrite>& caps) {
  if (limits.memory)
    caps.push_back({.noun = "memory cap " + size_text(*limits.memory),
                    .controller = "memory",
                    .file = "memory.max",
                    .text = std::to_string(limits.memory->count),
                    .expected = page_rounded(*limits.memory)});
  if (limits.memory || limits.swap) {
    const Bytes swap = limits.swap.value_or(Bytes{0});
    caps.push_back({.noun = "swap cap " + size_text(swap),
                    .controller = "memory",
                    .file = "memory.swap.max",
                    .text = std::to_string(swap.count),
                    .expected = page_rounded(swap),
                    .when_refused = WhenRefused::kErrorIfHostSwaps,
                    .remedy = "boot with swapaccount=1, or turn swap off"});
  }
  if (limits.oom == OomPolicy::kFail)
    caps.push_back({.noun = "oom: fail",
                    .controller = "memory",
                    .file = "memory.oom.group",
                    .text = "1",
                    .expected = "1",
                    .remedy = "Linux 4.19 brought it; use oom: report"});
}

void add_cpu_caps(const Limits& limits, std::vector<CapWrite>& caps) {
  if (limits.cpus) {
    const std::string text = std::to_string(cpu_quota_usec(*limits.cpus)) + " " + std::to_string(kCpuPeriodUsec);
    caps.push_back({.noun = cpus_noun(*limits.cpus),
                    .controller = "cpu",
                    .file = "cpu.max",
                    .text = text,
                    .expected = text,
                    .remedy = "the kernel takes 0.01 CPUs or more"});
  }
  if (limits.cpu_weight) {
    const std::string text = std::to_string(*limits.cpu_weight);
    caps.push_back({.noun = "CPU weight " + text,
                    .controller = "cpu",
                    .file = "cpu.weight",
                    .text = text,
                    .expected = text,
                    .remedy = "1 to 10000"});
  }
}

void add_cpuset_cap(const Limits& limits, std::vector<CapWrite>& caps) {
  if (limits.cpuset_mems)
    caps.push_back({.noun = memory_nodes_noun(*limits.cpuset_mems),
                    .controller = "cpuset",
                    .file = "cpuset.mems",
                    .text = *limits.cpuset_mems,
                    .check_file = "cpuset.mems.effective",
                    .expected = *limits.cpuset_mems,
                    .read_back = ReadBack::kSameList,
                    .remedy = "cpuset.mems.effective of the parent group lists what there is"});
  if (limits.cpuset)
    caps.push_back({.noun = "cpuset " + *limits.cpuset,
                    .controller = "cpuset",
                    .file = "cpuset.cpus",
                    .text = *limits.cpuset,
                    .check_file = "cpuset.cpus.effective",
                    .expected = *limits.cpuset,
                    .read_back = ReadBack::kSameList,
                    .remedy = "cpuset.cpus.effective of the parent group lists what there is"});
}

std::string io_max_text(const IoMax& max, const std::string& disk) {
  const auto word = [](std::string_view key, const std::optional<std::uint64_t>& value) {
    return " " + std::string(key) + "=" + (value ? std::to_string(*value) : "max");
  };
  return disk + word("rbps", max.read_bytes_per_second) + word("wbps", max.write_bytes_per_second) +
         word("riops", max.read_ops_per_second) + word("wiops", max.write_ops_per_second);
}

constexpr int kDeepestGroup = 32;

/// io.cost.qos of the root group, which alone has it, looked for upwards from `base`.
std::string cost_model_above(int base) {
  std::string file = "io.cost.qos";
  for (int level = 0; level < kDeepestGroup; ++level, file.insert(0, "../"))
    if (auto text = read_file_at(base, file)) return *std::move(text);
  return {};
}

/// A group has io.weight on every kernel with io.cost, but only a disk with the model enabled heeds it.
Status require_io_cost(std::uint64_t weight, const std::vector<std::string>& disks, const std::string& model) {
  for (const std::string& disk : disks)
    if (model.starts_with(disk + " enable=1") || model.find("\n" + disk + " enable=1") != std::string::npos) return {};
  return std::unexpected(Error("IO weight " + std::to_string(weight) + ": io.cost is enabled for no disk of this job")
                             .remedy("write \"MAJ:MIN enable=1\" to io.cost.qos of the root group"));
}

Status add_io_caps(const CgroupRequest& request, int base, std::vector<CapWrite>& caps) {
  const Limits& limits = request.limits;
  if (limits.io_weight) {
    TRY(require_io_cost(*limits.io_weight, request.io_devices, cost_model_above(base)));
    const std::string text = "default " + std::to_string(*limits.io_weight);
    caps.push_back({.noun = "IO weight " + std::to_string(*limits.io_weight),
                    .controller = "io",
                    .file = "io.weight",
                    .text = text,
                    .expected = text,
                    .read_back = ReadBack::kHasLine,
                    .remedy = "needs a kernel with io.cost (CONFIG_BLK_CGROUP_IOCOST); 1 to 10000"});
  }
  for (const IoMax& max : limits.io_max) {
    TRY_ASSIGN(const std::string disk, whole_disk(max.device));
    const std::string text = io_max_text(max, disk);
    caps.push_back({.noun = "IO cap of " + max.device,
                    .controller = "io",
                    .file = "io.max",
                    .text = text,
                    .expected = text,
                    .read_back = ReadBack::kHasLine,
                    .remedy = "needs a kernel with CONFIG_BLK_DEV_THROTTLING"});
  }
  return {};
}

Result<std::vector<CapWrite>> unified_caps(const CgroupRequest& request, const std::vector<std::string>& controllers,
                                           int base) {
  const Limits& limits = request.limits;
  std::vector<CapWrite> caps;
  if (has_controller(controllers, "memory")) add_memory_caps(limits, caps);
  if (has_controller(controllers, "cpu")) add_cpu_caps(limits, caps);
  if (has_controller(controllers, "cpuset")) add_cpuset_cap(limits, caps);
  if (has_controller(controllers, "pids") && limits.pids) {
    const std::string text = std::to_string(*limits.pids);
    caps.push_back(
        {.noun = "process cap " + text, .controller = "pids", .file = "pids.max", .text = text, .expected = text});
  }
  if (has_controller(controllers, "io")) TRY(add_io_caps(request, base, caps));
  return caps;
}

bool always(const std::vector<std::string>& /*controllers*/, const Limits& /*limits*/, bool /*has_leaf*/) {
  return true;
}

}  // namespace

const Dialect kUnifiedDialect = {.name = "cgroup v2",
                                 .entered_by_clone = true,
                                 .usage = kUsage,
                                 .samples = kSamples,
                                 .caps = unified_caps,
                                 .wanted = always};

bool has_controller(const std::vector<std::string>& controllers, std::string_view name) {
  return name == kCore || std::ranges::find(controllers, name) != controllers.end();
}

}  // namespace hermetric
