#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Pure parsers of what the kernel writes into /proc/PID/cgroup and cgroup files (cgroups(7), kernel documents
/// admin-guide/cgroup-v2 and cgroup-v1). None throws or fails: text that is not of the expected form is "missing".
namespace hermetric {

/// One line of /proc/self/cgroup: the own group in one hierarchy.
struct CgroupMembership {
  std::vector<std::string> controllers;  ///< empty: the cgroup2 hierarchy; "name=x": one without controllers
  std::string path;                      ///< "/..." as seen from the own cgroup namespace's root
};

/// Lines of another form are left out.
std::vector<CgroupMembership> parse_self_cgroup(std::string_view text);

/// What "max" stands for in numbers.
inline constexpr std::uint64_t kCgroupMax = UINT64_MAX;

/// A file with one number or "max". All parsers that a table names share this form; here `key` has no meaning.
std::optional<std::uint64_t> parse_single(std::string_view text, std::string_view key = {});

/// "key value" lines: cpu.stat, memory.stat, memory.events, v1 memory.oom_control.
std::optional<std::uint64_t> parse_flat(std::string_view text, std::string_view key);

/// Sum over the devices of io.stat ("8:0 rbytes=1 wbytes=2 ..."). A device without the key adds nothing, so that no
/// line at all is 0: a cgroup2 group counts from its birth.
std::optional<std::uint64_t> parse_io_stat(std::string_view text, std::string_view key);

/// Sum over the devices of a v1 blkio.throttle table ("8:0 Read 4096"). Missing when no device has such a line:
/// the kernel may not have been counting (see legacy.cpp).
std::optional<std::uint64_t> parse_blkio(std::string_view text, std::string_view operation);

/// total= in microseconds of a PSI file; `line` is "some" or "full".
std::optional<std::uint64_t> parse_pressure(std::string_view text, std::string_view line);

/// Numbers of cgroup.procs or tasks. A 0 is a process of another pid namespace, and left out.
std::vector<pid_t> parse_pids(std::string_view text);

/// "0-3,7" (cpuset(7), list format), sorted, without doubles. Missing when it is not a list or names a CPU beyond
/// 65535.
std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text);

/// The choice that is in force of a sysfs file like "always [madvise] never".
std::optional<std::string> parse_choice_in_force(std::string_view text);

std::string_view trimmed(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);  ///< without empty parts

}  // namespace hermetric
