#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/types/units.hpp"

namespace hermetric {

/// Samples of a running job in bounded memory: when the rows reach the limit, neighbours are merged (the later one's
/// counters, the higher one's levels) and the interval doubles, so a job of any length keeps an even timeline that
/// loses no peak.
class Timeline {
 public:
  static constexpr std::size_t kMaximalRows = 5000;

  struct Row {
    Duration at{};  ///< since the job's exec
    CgroupSample sample;
  };

  explicit Timeline(Duration interval) : interval_(interval) {}

  void add(const Row& row);
  [[nodiscard]] Duration interval() const { return interval_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

  /// How many samples there were, merged ones included.
  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  /// The highest of each figure over all samples; empty where no sample had it.
  [[nodiscard]] const CgroupSample& highest() const { return highest_; }

 private:
  Duration interval_;
  std::vector<Row> rows_;
  std::uint64_t samples_ = 0;
  CgroupSample highest_;
};

/// What the report's `samples` hold: "at_usec" and each figure that every row has.
struct TimelineTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::uint64_t>> rows;
};
TimelineTable table_of(const Timeline& timeline);

}  // namespace hermetric
