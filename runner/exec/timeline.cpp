#include "runner/exec/timeline.hpp"

namespace hermetric {

void Timeline::add(const Row& row) {
  rows_.push_back(row);
  if (rows_.size() < kMaximalRows) return;
  std::size_t kept = 0;
  for (std::size_t i = 1; i < rows_.size(); i += 2) rows_[kept++] = rows_[i];
  rows_.resize(kept);
  interval_ *= 2;
}

}  // namespace hermetric
