#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "isolation/types/measured.hpp"

/// What figures depend on besides the job: what the host can do, how it is set and what it is busy with.
namespace hermetric {

/// Something this host can do, or why it cannot and what would help.
struct Capability {
  bool available = false;
  std::string reason = {};  ///< empty when available
  std::string remedy = {};  ///< empty when available, or when nothing helps

  friend bool operator==(const Capability&, const Capability&) = default;
};

struct NamedCapability {
  std::string name;
  Capability capability;
};

/// Where a job's caps of one kind are applied.
struct ControllerSupport {
  std::string name;     ///< as cgroup v2 calls it: cpu, cpuset, io, memory, pids; "leaf": a cgroup2 group at all
  std::string version;  ///< "v1", "v2", or "" when no hierarchy has it
  Capability capability;
};

/// A setting of the host in its own word, or why it is not known.
struct Setting {
  std::optional<std::string> value;
  std::string reason = "not looked at";  ///< empty when there is a value

  static Setting of(std::string value) { return {std::move(value), ""}; }
  static Setting missing(std::string reason) { return {std::nullopt, std::move(reason)}; }

  friend bool operator==(const Setting&, const Setting&) = default;
};

/// How the host is set, as far as it changes what a job costs.
struct HostSettings {
  Setting governor;                                  ///< of the CPU frequency; several are joined by commas
  Setting frequency_driver;                          ///< as intel_pstate
  Setting turbo;                                     ///< on, off
  Setting smt;                                       ///< on, off: whether a core runs several hardware threads
  Setting transparent_hugepages;                     ///< always, madvise, never
  Setting aslr;                                      ///< full, partial, off
  std::map<std::string, std::string> io_schedulers;  ///< of each disk: {"sda", "mq-deadline"}
};

/// Calls visit(key, member) for every setting of one word, in the report's order.
template <typename AnySettings, typename Visitor>
void for_each_setting(AnySettings& settings, Visitor&& visit) {
  visit("governor", settings.governor);
  visit("frequency_driver", settings.frequency_driver);
  visit("turbo", settings.turbo);
  visit("smt", settings.smt);
  visit("transparent_hugepages", settings.transparent_hugepages);
  visit("aslr", settings.aslr);
}

/// What a host is doing at one moment. All but the first two count since boot: two looks give what happened between.
struct HostActivity {
  Measured load_hundredths;  ///< load average of the last minute; 100 is one task that ran all the time
  Measured running_tasks;    ///< that run or could run now, whoever looks included
  Measured cpu_busy_usec;    ///< CPU time of everything, all CPUs together; in ticks of 10 ms mostly
  Measured cpu_steal_usec;   ///< CPU time the hypervisor gave to others
  Measured core_throttles;   ///< times a core was slowed down for its heat
  Measured package_throttles;
  Measured swap_in_bytes, swap_out_bytes;
};

/// Calls visit(key, member) for every figure, in the report's order.
template <typename AnyActivity, typename Visitor>
void for_each_activity(AnyActivity& activity, Visitor&& visit) {
  visit("load_hundredths", activity.load_hundredths);
  visit("running_tasks", activity.running_tasks);
  visit("cpu_busy_usec", activity.cpu_busy_usec);
  visit("cpu_steal_usec", activity.cpu_steal_usec);
  visit("core_throttles", activity.core_throttles);
  visit("package_throttles", activity.package_throttles);
  visit("swap_in_bytes", activity.swap_in_bytes);
  visit("swap_out_bytes", activity.swap_out_bytes);
}

}  // namespace hermetric
