#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/types/units.hpp"

/// Pure parsers of what /proc says about a host. Text of another form is "missing".
namespace hermetric {

struct KernelVersion {
  unsigned major = 0;
  unsigned minor = 0;

  friend auto operator<=>(const KernelVersion&, const KernelVersion&) = default;
};

/// "6.1.0-18-amd64" and the like, of uname(2).
std::optional<KernelVersion> parse_kernel_release(std::string_view release);

/// The processor's name in /proc/cpuinfo, whose keys differ by architecture.
std::optional<std::string> parse_cpu_model(std::string_view cpuinfo);

/// An amount of /proc/meminfo; `key` is "MemTotal" or "SwapTotal".
std::optional<Bytes> parse_meminfo(std::string_view meminfo, std::string_view key);

/// CapEff of /proc/PID/status: bit N is capability N of capabilities(7).
std::optional<std::uint64_t> parse_effective_capabilities(std::string_view status);

/// A cpuset(7) list of /proc/PID/status; `key` is "Cpus_allowed_list" or "Mems_allowed_list".
std::optional<std::vector<unsigned>> parse_status_list(std::string_view status, std::string_view key);

/// /proc/loadavg: "0.52 0.58 0.59 1/389 7421".
struct LoadAverage {
  std::uint64_t hundredths = 0;     ///< tasks that ran or waited for a disk, average of the last minute
  std::uint64_t running_tasks = 0;  ///< that run or could run now, the reader included

  friend bool operator==(const LoadAverage&, const LoadAverage&) = default;
};
std::optional<LoadAverage> parse_loadavg(std::string_view text);

/// The sum line "cpu" of /proc/stat, in ticks of which sysconf(_SC_CLK_TCK) make a second. See proc_stat(5).
struct CpuTicks {
  std::uint64_t busy = 0;                    ///< user, nice, system, irq and softirq; guests are part of user
  std::optional<std::uint64_t> stolen = {};  ///< taken by the hypervisor; Linux 2.6.11

  friend bool operator==(const CpuTicks&, const CpuTicks&) = default;
};
std::optional<CpuTicks> parse_cpu_ticks(std::string_view stat);

/// Whether /proc/filesystems lists this type: built in, or its module is loaded.
bool lists_filesystem(std::string_view filesystems, std::string_view type);

}  // namespace hermetric
