#include "isolation/cgroup/cgroup_text.hpp"

#include <algorithm>
#include <charconv>

namespace hermetric {
namespace {

constexpr unsigned kMaxCpu = 65535;

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_device(std::string_view word) {
  const auto colon = word.find(':');
  return colon != std::string_view::npos && parse_number<unsigned>(word.substr(0, colon)) &&
         parse_number<unsigned>(word.substr(colon + 1));
}

/// The text behind "key=".
std::optional<std::string_view> value_of(const std::vector<std::string_view>& words, std::string_view key) {
  for (const std::string_view word : words)
    if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=')
      return word.substr(key.size() + 1);
  return std::nullopt;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::vector<CgroupMembership> parse_self_cgroup(std::string_view text) {
  std::vector<CgroupMembership> memberships;
  for (const std::string_view line : split(text, '\n')) {
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos || !parse_number<unsigned>(line.substr(0, first))) continue;
    const std::string_view path = line.substr(second + 1);
    if (!path.starts_with('/')) continue;
    CgroupMembership membership{.controllers = {}, .path = std::string(path)};
    for (const std::string_view name : split(line.substr(first + 1, second - first - 1), ','))
      membership.controllers.emplace_back(name);
    memberships.push_back(std::move(membership));
  }
  return memberships;
}

std::optional<std::uint64_t> parse_single(std::string_view text, std::string_view /*key*/) {
  const std::string_view word = trimmed(text);
  if (word == "max") return kCgroupMax;
  return parse_number<std::uint64_t>(word);
}

std::optional<std::uint64_t> parse_flat(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n'))
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ')
      return parse_single(line.substr(key.size() + 1));
  return std::nullopt;
}

std::optional<std::uint64_t> parse_io_stat(std::string_view text, std::string_view key) {
  std::uint64_t sum = 0;
  for (const std::string_view line : split(text, '\n')) {
    const auto words = split(line, ' ');
    if (words.empty() || !is_device(words.front())) return std::nullopt;
    const auto word = value_of(words, key);
    if (!word) continue;
    const auto value = parse_number<std::uint64_t>(*word);
    if (!value) return std::nullopt;
    sum += *value;
  }
  return sum;
}

std::optional<std::uint64_t> parse_blkio(std::string_view text, std::string_view operation) {
  std::optional<std::uint64_t> sum;
  for (const std::string_view line : split(text, '\n')) {
    const auto words = split(line, ' ');
    if (words.size() != 3 || !is_device(words[0]) || words[1] != operation) continue;
    const auto value = parse_number<std::uint64_t>(words[2]);
    if (!value) return std::nullopt;
    sum = sum.value_or(0) + *value;
  }
  return sum;
}

std::optional<std::uint64_t> parse_pressure(std::string_view text, std::string_view line_name) {
  for (const std::string_view line : split(text, '\n')) {
    const auto words = split(line, ' ');
    if (words.empty() || words.front() != line_name) continue;
    const auto word = value_of(words, "total");
    return word ? parse_number<std::uint64_t>(*word) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<pid_t> parse_pids(std::string_view text) {
  std::vector<pid_t> pids;
  for (const std::string_view line : split(text, '\n'))
    if (const auto pid = parse_number<pid_t>(trimmed(line)); pid && *pid > 0) pids.push_back(*pid);
  return pids;
}

std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text) {
  std::vector<unsigned> cpus;
  for (const std::string_view range : split(trimmed(text), ',')) {
    const auto dash = range.find('-');
    const auto first = parse_number<unsigned>(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_number<unsigned>(range.substr(dash + 1));
    if (!first || !last || *first > *last || *last > kMaxCpu) return std::nullopt;
    for (unsigned cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  }
  std::ranges::sort(cpus);
  const auto doubles = std::ranges::unique(cpus);
  cpus.erase(doubles.begin(), doubles.end());
  return cpus;
}

std::optional<std::string> parse_choice_in_force(std::string_view text) {
  const auto begin = text.find('[');
  const auto end = text.find(']');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 2) return std::nullopt;
  return std::string(text.substr(begin + 1, end - begin - 1));
}

}  // namespace hermetric
