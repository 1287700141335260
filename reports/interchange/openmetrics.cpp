#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/interchange/history_export.hpp"
#include "reports/stats/medians.hpp"

namespace hermetric {
namespace {

/// What the end of a metric's name says, and how OpenMetrics wants it.
struct BaseUnit {
  std::string_view suffix, unit;
  double scale;
};
constexpr BaseUnit kBaseUnits[] = {{"_usec", "seconds", 1e-6}, {"_nsec", "seconds", 1e-9}, {"_bytes", "bytes", 1}};

/// All series of one metric.
struct Family {
  std::string name, unit;
  std::string samples;
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The metric's name as a family, in its base unit; `scale` takes values there.
Family family_of(const std::string& metric, double& scale) {
  Family family{"hermetric_" + metric, "", ""};
  scale = 1;
  for (const BaseUnit& base : kBaseUnits) {
    if (!metric.ends_with(base.suffix)) continue;
    family.name.resize(family.name.size() - base.suffix.size());
    family.name += "_" + std::string(base.unit);
    family.unit = base.unit;
    scale = base.scale;
  }
  for (char& c : family.name)
    if (!is_name_character(c)) c = '_';
  return family;
}

std::string label(std::string_view name, const std::string& value) {
  std::string text = std::string(name) + "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? "\\n" : std::string(1, c);
  }
  return text + "\"";
}

std::string labels_of(const SeriesInfo& info) {
  std::string labels =
      label("project", info.key.project) + "," + label("job", info.key.job) + "," + label("machine", info.key.machine);
  if (!info.unit.empty()) labels += "," + label("unit", info.unit);
  return "{" + labels + "}";
}

/// Times of one series must grow.
std::string samples_of(const ExportedSeries& series, const std::string& name, double scale) {
  const auto commits = by_commit(series.points);
  std::string text;
  for (std::size_t i = 0; i < commits.size(); ++i) {
    if (i + 1 < commits.size() && commits[i + 1].time == commits[i].time) continue;
    text +=
        fmt::format("{}{} {} {}\n", name, labels_of(series.info), median(commits[i].values) * scale, commits[i].time);
  }
  return text;
}

}  // namespace

std::string history_to_openmetrics(std::span<const ExportedSeries> history) {
  std::map<std::string, Family> families;
  for (const ExportedSeries& series : history) {
    double scale = 1;
    const Family family = family_of(series.info.key.metric, scale);
    const auto place = families.try_emplace(family.name, family).first;
    place->second.samples += samples_of(series, family.name, scale);
  }
  std::string text;
  for (const auto& [name, family] : families) {
    text += "# TYPE " + name + " gauge\n";
    if (!family.unit.empty()) text += "# UNIT " + name + " " + family.unit + "\n";
    text += family.samples;
  }
  return text + "# EOF\n";
}

}  // namespace hermetric
