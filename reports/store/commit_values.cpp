#include <map>

#include "reports/store/history_store.hpp"

namespace hermetric {

std::vector<CommitValues> by_commit(const std::vector<HistoryPoint>& points) {
  std::vector<CommitValues> commits;
  std::map<std::string_view, std::size_t> places;
  for (const HistoryPoint& point : points) {
    const auto [place, is_new] = places.try_emplace(point.commit, commits.size());
    if (is_new) commits.push_back({point.commit, point.time, {}});
    commits[place->second].values.push_back(point.value);
  }
  return commits;
}

}  // namespace hermetric
