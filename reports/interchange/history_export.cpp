#include "reports/interchange/history_export.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "reports/stats/medians.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos && !text.starts_with(' ') && !text.ends_with(' ')) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// The rows of a commit: the nth holds the nth value of each series.
struct CommitRows {
  std::string commit;
  std::int64_t time = 0;
  std::vector<std::vector<std::string>> rows;
};

void put(CommitRows& commit, std::size_t column, std::size_t columns, const std::vector<double>& values) {
  while (commit.rows.size() < values.size()) commit.rows.emplace_back(columns);
  for (std::size_t i = 0; i < values.size(); ++i) commit.rows[i][column] = fmt::format("{}", values[i]);
}

}  // namespace

std::vector<std::string> distinct_subjects(std::span<const ExportedSeries> history) {
  std::vector<std::string> subjects(history.size());
  for (int detail = 0; detail < 3; ++detail) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < history.size(); ++i) {
      const SeriesKey& key = history[i].info.key;
      subjects[i] = (detail > 0 ? key.project + "/" : "") + key.job + (detail > 1 ? " (" + key.machine + ")" : "");
      names.insert(subjects[i] + "/" + key.metric);
    }
    if (names.size() == history.size()) break;
  }
  return subjects;
}

Json history_to_json(std::span<const ExportedSeries> history) {
  Json list = Json::array();
  for (const auto& [info, points] : history) {
    Json values = Json::array();
    for (const HistoryPoint& point : points)
      values.push_back({{"commit", point.commit},
                        {"branch", point.branch},
                        {"parent", point.parent},
                        {"time", point.time},
                        {"value", point.value},
                        {"inputs", point.inputs.empty() ? Json(nullptr) : Json(point.inputs)}});
    list.push_back({{"project", info.key.project},
                    {"job", info.key.job},
                    {"metric", info.key.metric},
                    {"unit", info.unit},
                    {"bigger_is_better", info.bigger_is_better},
                    {"machine", info.key.machine},
                    {"points", values}});
  }
  return {{"schema", "hermetric.history/1"}, {"series", list}};
}

std::string history_to_csv(std::span<const ExportedSeries> history) {
  const std::vector<std::string> subjects = distinct_subjects(history);
  std::string text = "commit";
  std::vector<CommitRows> commits;
  std::map<std::string, std::size_t> places;
  for (std::size_t column = 0; column < history.size(); ++column) {
    text += "," + csv_cell(subjects[column] + "/" + history[column].info.key.metric);
    for (const CommitValues& commit : by_commit(history[column].points)) {
      const auto [place, is_new] = places.try_emplace(commit.commit, commits.size());
      if (is_new) commits.push_back({commit.commit, commit.time, {}});
      put(commits[place->second], column, history.size(), commit.values);
    }
  }
  std::stable_sort(commits.begin(), commits.end(),
                   [](const CommitRows& a, const CommitRows& b) { return a.time < b.time; });
  text += "\n";
  for (const CommitRows& commit : commits)
    for (const auto& row : commit.rows) text += fmt::format("{},{}\n", csv_cell(commit.commit), fmt::join(row, ","));
  return text;
}

Json history_to_bencher(std::span<const ExportedSeries> history, const std::string& commit) {
  const std::vector<std::string> subjects = distinct_subjects(history);
  Json results = Json::object();
  for (std::size_t i = 0; i < history.size(); ++i)
    for (const CommitValues& measured : by_commit(history[i].points)) {
      if (measured.commit != commit) continue;
      Json metric = {{"value", median(measured.values)}};
      const auto [low, high] = std::minmax_element(measured.values.begin(), measured.values.end());
      if (measured.values.size() > 1) metric.update({{"lower_value", *low}, {"upper_value", *high}});
      results[subjects[i]][history[i].info.key.metric] = metric;
    }
  return results;
}

}  // namespace hermetric
