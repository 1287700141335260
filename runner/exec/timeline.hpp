#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "isolation/types/units.hpp"

namespace hermetric {

/// Samples of a running job in bounded memory: when the rows reach the limit, every second one goes and the interval
/// doubles, so a job of any length keeps an even timeline.
class Timeline {
 public:
  static constexpr std::size_t kMaximalRows = 5000;

  struct Row {
    Duration at{};  ///< since the job's exec
    std::uint64_t cpu_usage_usec = 0;
    std::uint64_t memory_bytes = 0;
  };

  explicit Timeline(Duration interval) : interval_(interval) {}

  void add(const Row& row);
  [[nodiscard]] Duration interval() const { return interval_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  Duration interval_;
  std::vector<Row> rows_;
};

}  // namespace hermetric
