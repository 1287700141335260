#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/report.hpp"
#include "reports/render/terminal.hpp"

namespace hermetric {

/// What a run is doing, while it does it. On a terminal a line for each running job is redrawn in place below the lines
/// of those that ended; elsewhere there is one plain line when a job starts and one when it ends. Thread-safe. Nobody
/// else may write to the terminal meanwhile: use note().
class LiveDisplay {
 public:
  /// `out` must outlive the display. Samples redraw the screen at most once in `redraw_interval`.
  LiveDisplay(std::ostream& out, Style style, Duration redraw_interval = std::chrono::milliseconds(100));
  LiveDisplay(const LiveDisplay&) = delete;
  LiveDisplay& operator=(const LiveDisplay&) = delete;
  /// Takes the lines of running jobs away; what was finished stays.
  ~LiveDisplay();

  void job_started(const std::string& name);
  void job_sample(const std::string& name, Duration elapsed, std::optional<Duration> cpu_usage,
                  std::optional<Bytes> memory);
  void job_finished(const JobReport& job);
  void skipped(const std::string& name, std::string_view reason);
  /// A line of text that stays.
  void note(std::string_view text);

 private:
  struct Running {
    std::string name;
    std::optional<Duration> elapsed, cpu_usage;
    std::optional<Bytes> memory;
  };

  /// Replaces what was drawn by `lines`, which stay, and the running jobs below them.
  void draw(std::string_view lines);
  [[nodiscard]] std::vector<std::string> running_lines() const;
  [[nodiscard]] std::string running_line(const Running& job) const;

  std::ostream& out_;
  const Style style_;
  const Duration redraw_interval_;
  std::mutex mutex_;
  std::vector<Running> running_;
  std::size_t drawn_lines_ = 0;
  std::optional<std::chrono::steady_clock::time_point> last_draw_;
};

}  // namespace hermetric
