#include "isolation/host/host_text.hpp"

#include <array>
#include <charconv>

#include "isolation/cgroup/cgroup_text.hpp"

namespace hermetric {
namespace {

template <typename Number>
std::optional<Number> leading_number(std::string_view& text, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// The trimmed text behind "key:" at the start of a line.
std::optional<std::string_view> field(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == key)
      return trimmed(line.substr(colon + 1));
  }
  return std::nullopt;
}

}  // namespace

std::optional<KernelVersion> parse_kernel_release(std::string_view release) {
  const auto major = leading_number<unsigned>(release);
  if (!major || !release.starts_with('.')) return std::nullopt;
  release.remove_prefix(1);
  const auto minor = leading_number<unsigned>(release);
  if (!minor) return std::nullopt;
  return KernelVersion{.major = *major, .minor = *minor};
}

std::optional<std::string> parse_cpu_model(std::string_view cpuinfo) {
  // x86; POWER; s390; MIPS; older ARM. 64-bit ARM gives numbers only, which name nothing.
  for (const std::string_view key : {"model name", "cpu", "processor 0", "cpu model", "Processor"})
    if (const auto model = field(cpuinfo, key); model && !model->empty()) return std::string(*model);
  return std::nullopt;
}

std::optional<Bytes> parse_meminfo(std::string_view meminfo, std::string_view key) {
  auto text = field(meminfo, key);
  if (!text) return std::nullopt;
  const auto kibibytes_total = leading_number<std::uint64_t>(*text);
  if (!kibibytes_total || trimmed(*text) != "kB") return std::nullopt;
  return kibibytes(*kibibytes_total);
}

std::optional<std::uint64_t> parse_effective_capabilities(std::string_view status) {
  auto text = field(status, "CapEff");
  if (!text) return std::nullopt;
  const auto bits = leading_number<std::uint64_t>(*text, 16);
  return text->empty() ? bits : std::nullopt;
}

std::optional<std::vector<unsigned>> parse_status_list(std::string_view status, std::string_view key) {
  const auto text = field(status, key);
  return text ? parse_cpu_list(*text) : std::nullopt;
}

std::optional<LoadAverage> parse_loadavg(std::string_view text) {
  const auto words = split(trimmed(text), ' ');
  if (words.size() < 4) return std::nullopt;
  std::string_view load = words[0];
  const auto whole = leading_number<std::uint64_t>(load);
  if (!whole || load.size() != 3 || load.front() != '.') return std::nullopt;
  const auto hundredths = parse_single(load.substr(1));
  std::string_view tasks = words[3];
  const auto running = leading_number<std::uint64_t>(tasks);
  if (!hundredths || !running || !tasks.starts_with('/')) return std::nullopt;
  return LoadAverage{.hundredths = *whole * 100 + *hundredths, .running_tasks = *running};
}

std::optional<CpuTicks> parse_cpu_ticks(std::string_view stat) {
  const auto lines = split(stat, '\n');
  if (lines.empty()) return std::nullopt;
  const auto words = split(lines.front(), ' ');
  if (words.size() < 8 || words.front() != "cpu") return std::nullopt;
  // user nice system idle iowait irq softirq steal
  CpuTicks ticks;
  for (const std::size_t column : {1U, 2U, 3U, 6U, 7U}) {
    const auto count = parse_single(words[column]);
    if (!count) return std::nullopt;
    ticks.busy += *count;
  }
  if (words.size() > 8) ticks.stolen = parse_single(words[8]);
  return ticks;
}

bool lists_filesystem(std::string_view filesystems, std::string_view type) {
  for (const std::string_view line : split(filesystems, '\n'))
    if (trimmed(line.starts_with("nodev") ? line.substr(5) : line) == type) return true;
  return false;
}

}  // namespace hermetric
