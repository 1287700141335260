#include "isolation/sandbox/ledger_record.hpp"

#include <algorithm>
#include <charconv>

namespace hermetric {
namespace {

constexpr std::string_view kComplete = "complete";

template <typename Number>
std::optional<Number> number_from(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string line_of(std::string_view key, std::string_view value) {
  std::string line(key);
  line += ' ';
  for (const char c : value) {
    if (c == '\n')
      line += "\\n";
    else if (c == '\\')
      line += "\\\\";
    else
      line += c;
  }
  return line + '\n';
}

std::string unescaped(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape) ++i;
    value += escape && text[i] == 'n' ? '\n' : text[i];
  }
  return value;
}

struct TwoWords {
  std::string_view first, second;
};

TwoWords two_words(std::string_view text) {
  const auto space = text.find(' ');
  return {text.substr(0, space), space == std::string_view::npos ? std::string_view() : text.substr(space + 1)};
}

void take_pause(LedgerRecord& record, std::string_view key, std::string_view value) {
  const auto at = number_from<std::uint64_t>(value);
  if (!at) return;
  if (key == "paused" && !record.paused()) record.pauses.push_back({*at, std::nullopt});
  if (key == "resumed" && record.paused()) record.pauses.back().ended_at = std::max(*at, record.pauses.back().began_at);
}

void take_layer(LedgerRecord& record, std::string_view key, std::string_view value) {
  if (!record.workspace) record.workspace.emplace();
  if (key == "upper") record.workspace->upper = unescaped(value);
  if (key == "lower") record.workspace->lowers.push_back(unescaped(value));
}

void take_line(LedgerRecord& record, std::string_view key, std::string_view value) {
  if (key == "cell") record.cell = unescaped(value);
  if (key == "boot") record.boot_id = unescaped(value);
  if (key == "name") record.name = unescaped(value);
  if (key == "cgroup") record.cgroups.push_back(unescaped(value));
  if (key == "nested") record.nested = true;
  if (key == "scratch") record.scratch = unescaped(value);
  if (key == "upper" || key == "lower") take_layer(record, key, value);
  if (key == "paused" || key == "resumed") take_pause(record, key, value);
  const auto [pid, time] = two_words(value);
  if (key == "runner") {
    record.runner_pid = std::max(0, number_from<pid_t>(pid).value_or(0));
    record.runner_start_time = number_from<std::uint64_t>(time).value_or(0);
  }
  if (key == "init") {
    record.init_pid = std::max(0, number_from<pid_t>(pid).value_or(0));
    record.running_since = number_from<std::uint64_t>(time).value_or(0);
  }
}

}  // namespace

std::string name_line(const std::string& name) { return line_of("name", name); }

std::string running_line(pid_t init_pid, std::uint64_t boottime_ns) {
  return line_of("init", std::to_string(init_pid) + " " + std::to_string(boottime_ns));
}

std::string paused_line(std::uint64_t monotonic_ns) { return line_of("paused", std::to_string(monotonic_ns)); }
std::string resumed_line(std::uint64_t monotonic_ns) { return line_of("resumed", std::to_string(monotonic_ns)); }

std::string to_text(const LedgerRecord& record) {
  std::string text =
      line_of("cell", record.cell) + line_of("boot", record.boot_id) +
      line_of("runner", std::to_string(record.runner_pid) + " " + std::to_string(record.runner_start_time)) +
      name_line(record.name);
  for (const std::string& cgroup : record.cgroups) text += line_of("cgroup", cgroup);
  if (!record.scratch.empty()) text += line_of("scratch", record.scratch);
  if (record.nested) text += line_of("nested", "");
  if (record.workspace) {
    text += line_of("upper", record.workspace->upper);
    for (const std::string& lower : record.workspace->lowers) text += line_of("lower", lower);
  }
  text.append(kComplete).append("\n");
  if (record.init_pid != 0) text += running_line(record.init_pid, record.running_since);
  for (const PausedSpan& span : record.pauses) {
    text += paused_line(span.began_at);
    if (span.ended_at) text += resumed_line(*span.ended_at);
  }
  return text;
}

std::optional<LedgerRecord> ledger_record_from_text(std::string_view text) {
  LedgerRecord record;
  bool complete = false;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const auto [key, value] = two_words(text.substr(0, end));
    text.remove_prefix(end + 1);
    take_line(record, key, value);
    complete = complete || key == kComplete;
  }
  if (!complete || record.cell.empty() || record.runner_pid <= 0) return std::nullopt;
  return record;
}

Duration paused_time_of(const LedgerRecord& record, std::uint64_t now_ns) {
  std::uint64_t total = 0;
  for (const PausedSpan& span : record.pauses)
    total += std::max(span.ended_at.value_or(now_ns), span.began_at) - span.began_at;
  return Duration(static_cast<Duration::rep>(total / 1000));
}

}  // namespace hermetric
