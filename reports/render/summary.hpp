#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reports/model/report.hpp"
#include "reports/render/terminal.hpp"

namespace hermetric {

/// The table at the end of a run: a line a job, totals, and below them why jobs failed. What is unknown is "-", and a
/// total that lacks an unknown part begins with "≥". Keeps only what it shows, so it may be fed job by job.
class SummaryTable {
 public:
  void add(const JobReport& job);

  /// On a terminal the table fits its width: the names are cut first, then columns left out from the right.
  [[nodiscard]] std::string text(Duration wall, const Style& style) const;

 private:
  enum Column : std::size_t {
    kName,
    kAttempt,
    kOutcome,
    kWall,
    kCpu,
    kMemory,
    kRead,
    kWritten,
    kPids,
    kSetup,
    kColumns
  };
  using Cells = std::array<std::string, kColumns>;

  struct Row {
    Cells cells;
    Colour colour;
  };

  /// A sum or a maximum of figures, some of which may be unknown.
  struct Total {
    std::uint64_t value = 0;
    bool some_known = false;
    bool some_unknown = false;

    void add(const Measured& figure);
    void raise(const Measured& figure);
    [[nodiscard]] std::string text(std::string (*cell)(const Measured&)) const;
  };

  static const Cells kTitles;

  void add_to_totals(const JobReport& job);
  [[nodiscard]] Cells totals(Duration wall) const;
  [[nodiscard]] std::vector<std::size_t> visible_columns() const;
  [[nodiscard]] std::array<std::size_t, kColumns> widths(const Cells& totals) const;

  std::vector<Row> rows_;
  std::vector<std::string> failures_;
  std::map<std::string, bool> passed_;  ///< by name: whether the last attempt did
  bool retried_ = false;
  Total cpu_, memory_, read_, written_, pids_, setup_;
};

std::string render_summary(const RunReport& run, const Style& style);

}  // namespace hermetric
