#include <fmt/format.h>

#include <algorithm>

#include "isolation/host/noise.hpp"

namespace hermetric {
namespace {

/// Below these a run is as quiet as it gets: kernel threads and the tick's own coarseness show up, too.
constexpr std::uint64_t kQuietLoadHundredths = 50;
constexpr double kQuietShare = 0.005;  ///< of the CPU time there was
constexpr Duration kQuietSteal = std::chrono::milliseconds(20);
constexpr double kQuietOtherCpus = 0.1;
constexpr Duration kQuietOtherCpu = std::chrono::milliseconds(100);

Duration growth_of_time(const Measured& before, const Measured& after) {
  return Duration(static_cast<Duration::rep>(growth(before, after).value_or(0)));
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void warn_of_steal(const NoiseSpan& span, std::vector<std::string>& warnings) {
  const Duration stolen = growth_of_time(span.before.cpu_steal_usec, span.after.cpu_steal_usec);
  const double share = seconds(stolen) / (seconds(span.wall) * static_cast<double>(span.cpus));
  if (stolen < kQuietSteal || share < kQuietShare) return;
  warnings.push_back(
      fmt::format("the hypervisor took {:.2f} s of CPU time ({:.1f} %) during the run", seconds(stolen), 100 * share));
}

void warn_of_others(const NoiseSpan& span, std::vector<std::string>& warnings) {
  const Duration busy = growth_of_time(span.before.cpu_busy_usec, span.after.cpu_busy_usec);
  if (!span.own_cpu) return;
  const Duration others = busy - *span.own_cpu;
  const double cpus = seconds(others) / seconds(span.wall);
  if (others < kQuietOtherCpu || cpus < kQuietOtherCpus) return;
  warnings.push_back(fmt::format("other programs kept {:.1f} of {} CPUs busy during the run", cpus, span.cpus));
}

}  // namespace

std::vector<std::string> warnings_of(const HostSettings& settings) {
  std::vector<std::string> warnings;
  if (const auto& governor = settings.governor.value; governor && *governor != "performance")
    warnings.push_back("the CPU's frequency follows the governor " + *governor +
                       ": CPU time varies with it (cpupower frequency-set -g performance)");
  if (settings.turbo.value == "on")
    warnings.emplace_back("turbo is on: the CPU's speed depends on its heat and on the load of its other cores");
  if (settings.smt.value == "on")
    warnings.emplace_back(
        "SMT is on: a job slows the one on its core's other thread (exclusive_cores keeps cores apart)");
  if (settings.transparent_hugepages.value == "always")
    warnings.emplace_back("transparent huge pages are always on: peak memory varies with the host's free memory");
  return warnings;
}

std::vector<std::string> warnings_before(const HostActivity& before) {
  const auto& load = before.load_hundredths.value;
  if (!load || *load < kQuietLoadHundredths) return {};
  return {fmt::format("the load average was {:.2f} at the first look: other programs compete with the jobs",
                      static_cast<double>(*load) / 100)};
}

std::vector<std::string> warnings_during(const NoiseSpan& span) {
  std::vector<std::string> warnings;
  if (span.wall <= Duration::zero()) return warnings;
  warn_of_steal(span, warnings);
  warn_of_others(span, warnings);
  const std::uint64_t throttled = growth(span.before.core_throttles, span.after.core_throttles).value_or(0) +
                                  growth(span.before.package_throttles, span.after.package_throttles).value_or(0);
  if (throttled > 0)
    warnings.push_back(fmt::format("the CPU was slowed down for its heat {} times during the run", throttled));
  const std::uint64_t in = growth(span.before.swap_in_bytes, span.after.swap_in_bytes).value_or(0);
  const std::uint64_t out = growth(span.before.swap_out_bytes, span.after.swap_out_bytes).value_or(0);
  if (in + out > 0)
    warnings.push_back(fmt::format("the host swapped {} bytes in and {} bytes out during the run", in, out));
  return warnings;
}

std::vector<std::string> warnings_of_change(const HostSettings& before, const HostSettings& after) {
  std::vector<std::string> warnings;
  std::vector<std::pair<std::string, Setting>> earlier;
  for_each_setting(before, [&](const char* key, const Setting& setting) { earlier.emplace_back(key, setting); });
  std::size_t position = 0;
  for_each_setting(after, [&](const char* key, const Setting& setting) {
    const Setting& old = earlier[position++].second;
    if (old.value && setting.value && old.value != setting.value)
      warnings.push_back(fmt::format("{} changed from {} to {} during the run", key, *old.value, *setting.value));
  });
  return warnings;
}

}  // namespace hermetric
