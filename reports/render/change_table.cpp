#include "reports/render/change_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "reports/render/comparison.hpp"
#include "reports/render/text.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kCommitColumns = 12;

void add_level(Json& json, const char* name, const Level& level) {
  json[name] = level.median;
  const std::string low = std::string(name) + "_low", high = std::string(name) + "_high";
  json[low] = level.interval ? Json(level.interval->low) : Json(nullptr);
  json[high] = level.interval ? Json(level.interval->high) : Json(nullptr);
}

Json to_json(const AnalyzedSeries& series, const ChangePoint& change) {
  Json json = {{"index", change.index}, {"commit", series.commits[change.index]}};
  // The last value of the old level: the change came after it.
  json["previous_commit"] = series.commits[change.index - 1];
  add_level(json, "before", change.before);
  add_level(json, "after", change.after);
  json["ratio"] = change.ratio ? Json(*change.ratio) : Json(nullptr);
  json["confidence"] = change.confidence;
  return json;
}

double size_of(const ChangePoint& change) {
  return change.ratio && *change.ratio > 0 ? std::fabs(std::log(*change.ratio)) : HUGE_VAL;
}

}  // namespace

Json changes_to_json(std::span<const AnalyzedSeries> series) {
  Json list = Json::array();
  for (const AnalyzedSeries& one : series) {
    Json changes = Json::array();
    for (const ChangePoint& change : one.change_points) changes.push_back(to_json(one, change));
    list.push_back({{"name", one.name}, {"values", one.commits.size()}, {"change_points", changes}});
  }
  return {{"series", list}};
}

Table change_table(std::span<const AnalyzedSeries> series) {
  struct Row {
    const AnalyzedSeries* series;
    const ChangePoint* change;
  };
  std::vector<Row> rows;
  for (const AnalyzedSeries& one : series)
    for (const ChangePoint& change : one.change_points) rows.push_back({&one, &change});
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return size_of(*a.change) > size_of(*b.change); });
  Table table{{"SERIES", "COMMIT", "BEFORE", "AFTER", "CHANGE", "CONFIDENCE"}, {true, true}, {}};
  for (const auto& [one, change] : rows)
    table.rows.push_back({sanitize(one->name), cut(sanitize(one->commits[change->index]), kCommitColumns),
                          metric_cell(one->name, change->before.median), metric_cell(one->name, change->after.median),
                          change->ratio ? change_cell(*change->ratio) : "-",
                          fmt::format("{:.2f} %", std::min(99.99, 100 * change->confidence))});
  return table;
}

}  // namespace hermetric
