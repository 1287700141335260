#include "isolation/sandbox/child_usage.hpp"

#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <sstream>
#include <string_view>

#include "isolation/sandbox/confinement.hpp"
#include "isolation/sandbox/seccomp_filter.hpp"

namespace hermetric {
namespace {

constexpr const char* kRusage = "wait4 rusage of the processes that init reaped";
constexpr const char* kTaskIo = "/proc/PID/io of init: all children that were waited for";
constexpr const char* kInterfaces = "/proc/net/dev of the job's network namespace";

std::string_view text_of(const CapturedFile& file) { return {file.text.data(), file.length}; }

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

Measured keyed(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return Measured::missing("init's /proc/PID/io could not be read");
  auto value = text.substr(at + key.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  const auto number = to_number(value);
  return number ? Measured::of(*number, kTaskIo) : Measured::missing("init's /proc/PID/io could not be read");
}

void read_task_io(std::string_view text, ResourceUsage::Io& io) {
  io.logical_read_bytes = keyed(text, "rchar:");
  io.logical_write_bytes = keyed(text, "wchar:");
  io.task_read_bytes = keyed(text, "\nread_bytes:");
  io.task_write_bytes = keyed(text, "\nwrite_bytes:");
}

/// Sums the interfaces: two lines of heading, then "name: 8 receive columns, 8 transmit columns".
void read_interfaces(std::string_view text, ResourceUsage::Network& network) {
  std::uint64_t rx_bytes = 0, rx_packets = 0, tx_bytes = 0, tx_packets = 0;
  std::istringstream lines{std::string(text)};
  std::string line;
  bool any = false;
  while (std::getline(lines, line)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::istringstream columns(line.substr(colon + 1));
    std::array<std::uint64_t, 16> values{};
    for (std::uint64_t& value : values) columns >> value;
    if (!columns) continue;
    any = true;
    rx_bytes += values[0];
    rx_packets += values[1];
    tx_bytes += values[8];
    tx_packets += values[9];
  }
  if (!any) return;
  network = {Measured::of(rx_bytes, kInterfaces), Measured::of(tx_bytes, kInterfaces),
             Measured::of(rx_packets, kInterfaces), Measured::of(tx_packets, kInterfaces)};
}

constexpr const char* kPerfEvents = "perf_event_open, inherited by all processes of the job";

/// Scaled up where the kernel counted in turns, as perf-stat(1) does.
Measured counted(int fd, const CounterValue& counter) {
  if (fd < 0)
    return Measured::missing("perf_event_open: " + std::string(::strerror(-fd)) +
                             (fd == -ENOENT ? ": the processor shows no such counter to this host" : ""));
  if (counter.running_ns == 0) return Measured::missing("perf_event_open: the kernel never counted it");
  const double share = static_cast<double>(counter.enabled_ns) / static_cast<double>(counter.running_ns);
  return Measured::of(static_cast<std::uint64_t>(static_cast<double>(counter.value) * share),
                      counter.running_ns < counter.enabled_ns ? std::string(kPerfEvents) + ", scaled" : kPerfEvents);
}

void read_counters(const ChildRecord& record, ResourceUsage::Counters& counters) {
  const std::array<Measured*, kCounterCount> figures = {&counters.instructions, &counters.cycles,
                                                        &counters.cache_misses, &counters.branch_misses};
  for (std::size_t i = 0; i < kCounterCount; ++i) *figures[i] = counted(record.counter_fds[i], record.counters[i]);
}

/// Where no group counts CPU time. Who ignores SIGCHLD has nobody wait for its children: theirs is lost.
void read_cpu_time(const struct rusage& all, ResourceUsage::Cpu& cpu) {
  if (cpu.usage_usec.known()) return;
  const auto microseconds = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(time.tv_usec);
  };
  cpu.user_usec = Measured::of(microseconds(all.ru_utime), kRusage);
  cpu.system_usec = Measured::of(microseconds(all.ru_stime), kRusage);
  cpu.usage_usec = Measured::of(*cpu.user_usec.value + *cpu.system_usec.value, kRusage);
}

/// The job's first process shares hermetric's memory until its exec, and the kernel keeps that as its first peak.
Measured max_rss(const struct rusage& usage) {
  struct rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  if (usage.ru_maxrss > own.ru_maxrss)
    return Measured::of(static_cast<std::uint64_t>(usage.ru_maxrss) * 1024, std::string(kRusage) + ", largest one");
  return Measured::missing("below hermetric's own " + std::to_string(own.ru_maxrss) +
                           " KiB, which the kernel counts as the first process's");
}

}  // namespace

void read_child_record(const ChildRecord& record, ResourceUsage& usage) {
  if (record.exec_at != 0 && record.death_at >= record.exec_at)
    usage.wall_usec = Measured::of((record.death_at - record.exec_at) / 1000, "CLOCK_MONOTONIC in init");
  if (!record.job_ended) return;
  const struct rusage& all = record.all_usage;
  usage.memory.minor_faults = Measured::of(static_cast<std::uint64_t>(all.ru_minflt), kRusage);
  usage.memory.major_faults = Measured::of(static_cast<std::uint64_t>(all.ru_majflt), kRusage);
  usage.memory.max_rss_bytes = max_rss(all);
  usage.context_switches.voluntary = Measured::of(static_cast<std::uint64_t>(all.ru_nvcsw), kRusage);
  usage.context_switches.involuntary = Measured::of(static_cast<std::uint64_t>(all.ru_nivcsw), kRusage);
  read_cpu_time(all, usage.cpu);
  read_counters(record, usage.counters);
  read_task_io(text_of(record.captured[0]), usage.io);
  read_interfaces(text_of(record.captured[1]), usage.network);
}

Denials denials_of(const ChildRecord& record, bool nested) {
  if (nested) return Denials::missing("a nested job's own programs may want to listen, and the kernel allows one only");
  if (!record.denials_counted)
    return Denials::missing(record.exec_at == 0 ? "the job did not begin"
                                                : "hermetric runs under a filter that has the one listener of seccomp");
  std::vector<DeniedCall> denied;
  const std::span<const CountedCall> calls = counted_calls();
  for (std::size_t i = 0; i < calls.size(); ++i)
    if (record.denied[i] != 0) denied.push_back({syscall_name(calls[i].number), record.denied[i]});
  return Denials::of(std::move(denied), "seccomp listener in init");
}

std::map<std::string, std::uint64_t> namespaces_of(const ChildRecord& record) {
  std::map<std::string, std::uint64_t> inodes;
  for (std::size_t i = 0; i < kNamespaceLinks.size(); ++i) {
    const std::string_view link(record.namespaces[i].data());
    const auto bracket = link.find('[');
    if (bracket == std::string_view::npos) continue;
    if (const auto inode = to_number(link.substr(bracket + 1))) {
      const std::string_view name(kNamespaceLinks[i]);
      inodes.emplace(name.substr(0, name.find('_')), *inode);
    }
  }
  return inodes;
}

}  // namespace hermetric
