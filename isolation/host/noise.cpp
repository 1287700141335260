#include "isolation/host/noise.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/host/host_text.hpp"
#include "isolation/host/small_file.hpp"
#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

/// Entries of a directory whose names are `prefix` and a number, or all for an empty prefix.
std::vector<std::string> entries(const std::string& directory, std::string_view prefix) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool numbered =
        name.size() > prefix.size() && name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
    if (prefix.empty() || (name.starts_with(prefix) && numbered)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

/// What the frequency policies say; several answers are joined.
Setting of_policies(const NoisePaths& paths, const char* file) {
  const std::string directory = paths.sys + "/devices/system/cpu/cpufreq";
  std::set<std::string> answers;
  for (const std::string& policy : entries(directory, "policy"))
    if (auto word = read_word(directory + "/" + policy + "/" + file)) answers.insert(*std::move(word));
  std::string joined;
  for (const std::string& answer : answers) joined.append(joined.empty() ? "" : ",").append(answer);
  if (!joined.empty()) return Setting::of(joined);
  return Setting::missing(directory + " has no policy with " + file + ": this kernel does not set the CPU's frequency");
}

/// The word that stands for what a file says; `names` are pairs of text and word.
Setting named(const std::string& path, std::initializer_list<std::pair<std::string_view, std::string_view>> names) {
  const auto word = read_word(path);
  if (!word) return Setting::missing(path + " cannot be read");
  for (const auto& [text, name] : names)
    if (*word == text) return Setting::of(std::string(name));
  return Setting::missing(path + " says \"" + *word + "\", which is not known here");
}

Setting turbo(const NoisePaths& paths) {
  const std::string cpu = paths.sys + "/devices/system/cpu";
  if (Setting intel = named(cpu + "/intel_pstate/no_turbo", {{"0", "on"}, {"1", "off"}}); intel.value) return intel;
  if (Setting boost = named(cpu + "/cpufreq/boost", {{"1", "on"}, {"0", "off"}}); boost.value) return boost;
  return Setting::missing("neither intel_pstate/no_turbo nor cpufreq/boost below " + cpu + " tells it");
}

Setting hugepages(const NoisePaths& paths) {
  const std::string path = paths.sys + "/kernel/mm/transparent_hugepage/enabled";
  const auto text = read_file(path);
  const auto choice = text ? parse_choice_in_force(*text) : std::nullopt;
  return choice ? Setting::of(*choice) : Setting::missing(path + " does not tell it");
}

/// Disks have a device; loop and ram devices, partitions and stacks of disks have none.
std::map<std::string, std::string> io_schedulers(const NoisePaths& paths) {
  std::map<std::string, std::string> schedulers;
  const std::string directory = paths.sys + "/block";
  for (const std::string& disk : entries(directory, "")) {
    std::error_code error;
    if (!fs::exists(directory + "/" + disk + "/device", error)) continue;
    const auto text = read_file(directory + "/" + disk + "/queue/scheduler");
    if (!text) continue;
    // A queue with one choice only names it without brackets.
    schedulers[disk] = parse_choice_in_force(*text).value_or(std::string(trimmed(*text)));
  }
  return schedulers;
}

/// Sum over the CPUs of a counter in cpuN/thermal_throttle. Siblings report their core's counter each: a sum is fine to
/// see whether it moved.
Measured throttles(const NoisePaths& paths, const char* file) {
  const std::string directory = paths.sys + "/devices/system/cpu";
  std::optional<std::uint64_t> sum;
  for (const std::string& cpu : entries(directory, "cpu"))
    if (const auto word = read_word(directory + "/" + cpu + "/thermal_throttle/" + file))
      if (const auto count = parse_single(*word)) sum = sum.value_or(0) + *count;
  if (sum) return Measured::of(*sum, directory + "/cpu*/thermal_throttle");
  return Measured::missing("no CPU has thermal_throttle/" + std::string(file) + " (virtual machine, or not Intel)");
}

Measured figure(const std::optional<std::uint64_t>& value, const std::string& path) {
  return value ? Measured::of(*value, path) : Measured::missing(path + " does not tell it");
}

}  // namespace

HostSettings look_at_settings(const NoisePaths& paths) {
  HostSettings settings;
  settings.governor = of_policies(paths, "scaling_governor");
  settings.frequency_driver = of_policies(paths, "scaling_driver");
  settings.turbo = turbo(paths);
  settings.smt = named(paths.sys + "/devices/system/cpu/smt/active", {{"1", "on"}, {"0", "off"}});
  settings.transparent_hugepages = hugepages(paths);
  settings.aslr = named(paths.proc + "/sys/kernel/randomize_va_space", {{"2", "full"}, {"1", "partial"}, {"0", "off"}});
  settings.io_schedulers = io_schedulers(paths);
  return settings;
}

HostActivity look_at_activity(const NoisePaths& paths) {
  HostActivity activity;
  const std::string loadavg = paths.proc + "/loadavg";
  const auto load = parse_loadavg(read_file(loadavg).value_or(""));
  activity.load_hundredths = figure(load ? std::optional(load->hundredths) : std::nullopt, loadavg);
  activity.running_tasks = figure(load ? std::optional(load->running_tasks) : std::nullopt, loadavg);

  const std::string stat = paths.proc + "/stat";
  const auto ticks = parse_cpu_ticks(read_file(stat).value_or(""));
  const auto tick_usec = 1'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  activity.cpu_busy_usec = figure(ticks ? std::optional(ticks->busy * tick_usec) : std::nullopt, stat);
  activity.cpu_steal_usec =
      figure(ticks && ticks->stolen ? std::optional(*ticks->stolen * tick_usec) : std::nullopt, stat);

  activity.core_throttles = throttles(paths, "core_throttle_count");
  activity.package_throttles = throttles(paths, "package_throttle_count");

  const std::string vmstat = paths.proc + "/vmstat";
  const std::string pages = read_file(vmstat).value_or("");
  const auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const auto bytes = [&](std::string_view key) {
    const auto count = parse_flat(pages, key);
    return figure(count ? std::optional(*count * page_size) : std::nullopt, vmstat);
  };
  activity.swap_in_bytes = bytes("pswpin");
  activity.swap_out_bytes = bytes("pswpout");
  return activity;
}

}  // namespace hermetric
