#include "reports/render/live_display.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/render/cells.hpp"
#include "reports/render/text.hpp"
#include "reports/render/units.hpp"

namespace hermetric {
namespace {

constexpr std::size_t kOutcomeWidth = 13;

std::string event_line(std::string_view event, Colour colour, std::string_view name, std::string_view rest,
                       const Style& style) {
  return fmt::format("{} {}{}\n", paint(pad_right(event, kOutcomeWidth), colour, style), sanitize(name), rest);
}

std::string finished_line(const JobReport& job, const Style& style) {
  const ResourceUsage& usage = job.resources;
  std::string rest = job.attempt > 1 ? fmt::format(", try {}", job.attempt) : "";
  if (usage.wall_usec.known())
    rest += fmt::format("  {}, CPU {}, memory {}", duration_cell(usage.wall_usec), duration_cell(usage.cpu.usage_usec),
                        bytes_cell(usage.memory.peak_bytes));
  if (job.outcome.status != OutcomeStatus::kPassed && job.outcome.reason) rest += ": " + sanitize(*job.outcome.reason);
  return event_line(outcome_cell(job.outcome), colour_of(job.outcome.status), job.name, rest, style);
}

/// Up by the lines that were drawn, and the screen cleared from there (ECMA-48 CUU and ED).
std::string erase(std::size_t lines) { return lines == 0 ? "" : fmt::format("\x1b[{}A\x1b[J", lines); }

}  // namespace

LiveDisplay::LiveDisplay(std::ostream& out, Style style, Duration redraw_interval)
    : out_(out), style_(style), redraw_interval_(redraw_interval) {}

LiveDisplay::~LiveDisplay() {
  running_.clear();
  draw("");
}

void LiveDisplay::job_started(const std::string& name) {
  const std::lock_guard lock(mutex_);
  running_.push_back({name, {}, {}, {}});
  draw(style_.terminal ? "" : event_line("started", Colour::kDim, name, "", style_));
}

void LiveDisplay::job_sample(const std::string& name, Duration elapsed, std::optional<Duration> cpu_usage,
                             std::optional<Bytes> memory) {
  const std::lock_guard lock(mutex_);
  const auto job = std::ranges::find(running_, name, &Running::name);
  if (job == running_.end() || !style_.terminal) return;
  job->elapsed = elapsed;
  job->cpu_usage = cpu_usage;
  job->memory = memory;
  if (!last_draw_ || std::chrono::steady_clock::now() - *last_draw_ >= redraw_interval_) draw("");
}

void LiveDisplay::job_finished(const JobReport& job) {
  const std::lock_guard lock(mutex_);
  const auto ended = std::ranges::find(running_, job.name, &Running::name);
  if (ended != running_.end()) running_.erase(ended);
  draw(finished_line(job, style_));
}

void LiveDisplay::skipped(const std::string& name, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  draw(event_line("skipped", Colour::kYellow, name, reason.empty() ? "" : ": " + sanitize(reason), style_));
}

void LiveDisplay::note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  draw(sanitize(text) + "\n");
}

void LiveDisplay::draw(std::string_view lines) {
  std::string text = erase(drawn_lines_) + std::string(lines);
  drawn_lines_ = 0;
  if (style_.terminal)
    for (const std::string& line : running_lines()) {
      text += line + "\n";
      ++drawn_lines_;
    }
  if (text.empty()) return;
  out_ << text << std::flush;
  last_draw_ = std::chrono::steady_clock::now();
}

/// Never more than the screen holds: the cursor cannot go up beyond its top.
std::vector<std::string> LiveDisplay::running_lines() const {
  const std::size_t room = std::max<std::size_t>(style_.height, 4) - 2;
  const std::size_t shown = running_.size() <= room ? running_.size() : room - 1;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(running_line(running_[i]));
  if (shown < running_.size())
    lines.push_back(cut(fmt::format("… {} more", running_.size() - shown), style_.width - 1));
  return lines;
}

std::string LiveDisplay::running_line(const Running& job) const {
  const std::string figures =
      fmt::format("  {}  CPU {}  {}", pad_left(job.elapsed ? format_duration(*job.elapsed) : "-", 7),
                  pad_left(job.cpu_usage ? format_duration(*job.cpu_usage) : "-", 7),
                  pad_left(job.memory ? format_bytes(*job.memory) : "-", 8));
  const std::size_t fixed = kOutcomeWidth + 1 + columns_of(figures);
  const std::size_t room = style_.width - 1 > fixed ? style_.width - 1 - fixed : 0;
  const std::string name = pad_right(cut(sanitize(job.name), room), room);
  return cut(pad_right("running", kOutcomeWidth) + " " + name + figures, style_.width - 1);
}

}  // namespace hermetric
