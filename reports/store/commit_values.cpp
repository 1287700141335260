#include <map>

#include "reports/store/history_store.hpp"

namespace hermetric {

std::vector<CommitValues> by_commit(const std::vector<HistoryPoint>& points) {
  std::vector<CommitValues> commits;
  std::map<std::string_view, std::size_t> places;
  for (const HistoryPoint& point : points) {
    const auto [place, is_new] = places.try_emplace(point.commit, commits.size());
    if (is_new) commits.push_back({point.commit, point.time, {}, point.inputs});
    CommitValues& commit = commits[place->second];
    commit.values.push_back(point.value);
    if (commit.inputs != point.inputs) commit.inputs.clear();
  }
  return commits;
}

bool have_equal_inputs(const CommitValues& a, const CommitValues& b) {
  return !a.inputs.empty() && a.inputs == b.inputs;
}

std::vector<bool> equal_to_the_one_before(const std::vector<CommitValues>& commits) {
  std::vector<bool> equal(commits.size(), false);
  for (std::size_t i = 1; i < commits.size(); ++i) equal[i] = have_equal_inputs(commits[i - 1], commits[i]);
  return equal;
}

}  // namespace hermetric
