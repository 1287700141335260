#include "reports/render/rounds.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "reports/render/comparison.hpp"
#include "reports/render/text.hpp"
#include "reports/render/units.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

/// "A", "B", ..., then "V27".
std::string letter_of(std::size_t version) {
  return version < 26 ? std::string(1, static_cast<char>('A' + version)) : "V" + std::to_string(version + 1);
}

Json summary_to_json(const MetricSummary& summary, const std::vector<double>& values) {
  const auto& interval = summary.interval;
  return {{"median", summary.median},
          {"low", interval ? Json(interval->low) : Json(nullptr)},
          {"high", interval ? Json(interval->high) : Json(nullptr)},
          {"least", summary.least},
          {"most", summary.most},
          {"values", values}};
}

Json version_to_json(const VersionLabel& label, std::size_t version, const MeasuredRounds& measured,
                     const RoundsAnalysis& analysis) {
  Json metrics = Json::object();
  for (std::size_t i = 0; i < analysis.metrics.size(); ++i)
    metrics[analysis.metrics[i].name] =
        summary_to_json(analysis.metrics[i].versions[version], measured.metrics[i].values[version]);
  return {{"name", label.name}, {"command", label.command}, {"metrics", metrics}};
}

std::string percent_cell(const std::optional<double>& share) {
  return share ? fmt::format("\u00b1{:.2f} %", 100 * *share) : "-";
}

bool is_zero_throughout(const RoundsAnalysis::Metric& metric) {
  return std::ranges::all_of(metric.versions, [](const MetricSummary& summary) { return summary.most == 0; });
}

Table table_of_one(const RoundsAnalysis& analysis) {
  Table table{{"METRIC", "MEDIAN", "95 % INTERVAL", "LEAST", "MOST", "A/A NOISE"}, {}, {}};
  for (const RoundsAnalysis::Metric& metric : analysis.metrics) {
    if (is_zero_throughout(metric)) continue;
    const MetricSummary& summary = metric.versions[0];
    const auto cell = [&](double value) { return metric_cell(metric.name, value); };
    table.rows.push_back({metric.name, cell(summary.median),
                          summary.interval ? cell(summary.interval->low) + " .. " + cell(summary.interval->high) : "-",
                          cell(summary.least), cell(summary.most), percent_cell(metric.noise_floor)});
  }
  return table;
}

/// The table of a version against the baseline, with the noise before the verdict.
Table table_against(std::size_t version, const RoundsAnalysis& analysis) {
  Table all = comparison_table(analysis.against_baseline[version - 1]);
  all.titles[2] = letter_of(version);
  all.titles.insert(all.titles.end() - 1, "A/A NOISE");
  all.left.insert(all.left.end() - 1, false);
  Table shown{all.titles, all.left, {}};
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    if (is_zero_throughout(analysis.metrics[i])) continue;
    shown.rows.push_back(std::move(all.rows[i]));
    auto& row = shown.rows.back();
    row.insert(row.end() - 1, percent_cell(analysis.metrics[i].noise_floor));
  }
  return shown;
}

std::string label_line(std::size_t version, const VersionLabel& label) {
  return letter_of(version) + ": " + sanitize(label.name);
}

std::string text_of(const Table& table, bool markdown) { return markdown ? table.markdown() : table.text(); }

std::string stop_text(StopReason reason) {
  switch (reason) {
    case StopReason::kRuns: return "as many as asked for";
    case StopReason::kPrecision: return "ended by --precision";
    case StopReason::kMaxRounds: return "ended by --max-rounds";
    case StopReason::kMaxTime: return "ended by --max-time";
    case StopReason::kFailed: return "ended by failures";
    case StopReason::kInterrupted: return "interrupted";
  }
  return {};
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string rounds_notes(const MeasuredRounds& measured) {
  std::string notes = fmt::format("{} in {}, {}", counted(measured.rounds, "round"), format_duration(measured.elapsed),
                                  stop_text(measured.stop));
  if (measured.warmups > 0) notes += fmt::format("; {} dropped", counted(measured.warmups, "warm-up round"));
  for (const auto& [why, count] : measured.rerun)
    notes += fmt::format("; {} disturbed by {} measured again", counted(count, "round"), why);
  if (measured.kept_disturbed > 0)
    notes +=
        fmt::format("; {} counted though disturbed: the host is not quiet", counted(measured.kept_disturbed, "round"));
  if (measured.failed > 0) notes += fmt::format("; {} dropped because a run failed", counted(measured.failed, "round"));
  return notes + "\n";
}

std::string notes_of_one(const RoundsAnalysis& analysis) {
  std::string notes;
  for (const RoundsAnalysis::Metric& metric : analysis.metrics)
    for (const std::string& warning : metric.versions[0].warnings) notes += metric.name + ": " + warning + "\n";
  return notes;
}

/// Of many versions: how each does, in a line.
Table overview(std::span<const VersionLabel> versions, const RoundsAnalysis& analysis) {
  Table table{{"VERSION"}, {true}, {}};
  for (std::size_t version = 0; version < versions.size(); ++version)
    table.rows.push_back({cut(label_line(version, versions[version]), 48)});
  for (const std::string_view wanted : {"wall_usec", "cpu.usage_usec", "memory.peak_bytes"}) {
    for (std::size_t i = 0; i < analysis.metrics.size(); ++i) {
      if (analysis.metrics[i].name != wanted) continue;
      table.titles.insert(table.titles.end(), {std::string(wanted), "CHANGE", ""});
      table.left.insert(table.left.end(), {false, false, true});
      for (std::size_t version = 0; version < versions.size(); ++version) {
        auto& row = table.rows[version];
        row.push_back(metric_cell(wanted, analysis.metrics[i].versions[version].median));
        const PairedComparison* held = version == 0 ? nullptr : &analysis.against_baseline[version - 1][i];
        row.push_back(held != nullptr ? change_cell(held->ratio) : "-");
        row.emplace_back(held != nullptr ? name_of(held->verdict) : "baseline");
      }
    }
  }
  return table;
}

}  // namespace

Json rounds_to_json(std::span<const VersionLabel> versions, const MeasuredRounds& measured,
                    const RoundsAnalysis& analysis) {
  Json described = Json::array(), metrics = Json::array();
  for (std::size_t version = 0; version < versions.size(); ++version)
    described.push_back(version_to_json(versions[version], version, measured, analysis));
  for (std::size_t version = 0; version < analysis.against_baseline.size(); ++version) {
    const Json compared = comparison_to_json(analysis.against_baseline[version]).at("metrics");
    for (std::size_t i = 0; i < compared.size(); ++i) {
      metrics.push_back(compared[i]);
      metrics.back()["version"] = versions[version + 1].name;
      const std::optional<double>& floor = analysis.metrics[i].noise_floor;
      metrics.back()["noise_floor"] = floor ? Json(*floor) : Json(nullptr);
    }
  }
  return {{"versions", described},
          {"rounds",
           {{"measured", measured.rounds},
            {"warmup", measured.warmups},
            {"rerun", measured.rerun},
            {"kept_disturbed", measured.kept_disturbed},
            {"failed", measured.failed},
            {"stopped_by", name_of(measured.stop)},
            {"elapsed_usec", measured.elapsed.count()}}},
          {"metrics", metrics},
          {"unavailable", measured.unavailable}};
}

std::string rounds_text(std::span<const VersionLabel> versions, const MeasuredRounds& measured,
                        const RoundsAnalysis& analysis, bool markdown) {
  std::string text, notes;
  const std::string line_end = markdown ? "  \n" : "\n";
  if (versions.size() > 2) {
    text = text_of(overview(versions, analysis), markdown) + "\n";
  } else {
    for (std::size_t version = 0; version < versions.size(); ++version)
      text += label_line(version, versions[version]) + line_end;
    text += "\n";
  }
  if (versions.size() == 1) {
    text += text_of(table_of_one(analysis), markdown);
    notes = notes_of_one(analysis);
  }
  for (std::size_t version = 1; version < versions.size(); ++version) {
    text += text_of(table_against(version, analysis), markdown);
    const std::string found = comparison_notes(analysis.against_baseline[version - 1]);
    if (versions.size() > 2) text += found.empty() ? "\n" : "\n" + found + "\n";
    if (versions.size() == 2) notes = found;
  }
  return text + (versions.size() > 2 ? "" : "\n") + notes + rounds_notes(measured);
}

}  // namespace hermetric
