#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "isolation/sys/files.hpp"
#include "reports/interchange/foreign_figures.hpp"
#include "reports/model/report_json.hpp"
#include "reports/stats/level_comparison.hpp"
#include "runner/cli/compare_sources.hpp"
#include "runner/cli/verdict_options.hpp"

namespace hermetric {
namespace {

/// Values of one metric of one subject, as "SUBJECT/METRIC".
struct ImportedSeries {
  std::string name, metric;
  bool bigger_is_better = false;
  std::vector<double> values;
};

void add(std::vector<ImportedSeries>& all, const std::string& subject, const std::string& metric, bool bigger_is_better,
         const std::vector<double>& values) {
  const std::string name = subject + "/" + metric;
  auto series = std::ranges::find(all, name, &ImportedSeries::name);
  if (series == all.end()) series = all.insert(all.end(), {name, metric, bigger_is_better, {}});
  series->values.insert(series->values.end(), values.begin(), values.end());
}

/// Runs of a job that did not pass have no cost to compare.
std::vector<ImportedSeries> series_of(const RunReport& report, const std::vector<ComparedMetric>& metrics,
                                      const std::string& path) {
  std::vector<ImportedSeries> all;
  for (const JobReport& job : report.jobs) {
    if (job.outcome.status != OutcomeStatus::kPassed) {
      trouble("warning: " + path + ": job \"" + job.name + "\" did not pass: left out");
      continue;
    }
    const auto figures = figures_of(job.resources, metrics);
    for (std::size_t i = 0; i < figures.size(); ++i)
      if (figures[i].value)
        add(all, job.name, std::string(metrics[i].path), false, {static_cast<double>(*figures[i].value)});
  }
  return all;
}

Result<std::vector<ImportedSeries>> foreign_series(const std::string& text, const std::string& path) {
  TRY_ASSIGN(const ForeignFile file, read_foreign_json(text));
  for (const std::string& warning : file.warnings) trouble("warning: " + path + ": " + warning);
  if (file.runs.size() != 1)
    return std::unexpected(Error("holds " + std::to_string(file.runs.size()) + " runs (one is compared with another)"));
  std::vector<ImportedSeries> all;
  for (const ForeignFigure& figure : file.runs.front().figures)
    add(all, figure.subject, figure.metric, figure.bigger_is_better, figure.values);
  return all;
}

Result<std::vector<ImportedSeries>> read_series(const std::string& path, const std::vector<ComparedMetric>& metrics) {
  TRY_ASSIGN(const std::string text, read_file(path));
  const auto document = nlohmann::json::parse(text, nullptr, false);
  const bool is_report = document.is_object() && document.contains("schema");
  if (is_report) {
    auto report = run_from_json_text(text);
    if (!report) return std::unexpected(std::move(report).error().in(path));
    return series_of(*report, metrics, path);
  }
  auto series = foreign_series(text, path);
  if (!series) return std::unexpected(std::move(series).error().in(path));
  return series;
}

/// What both files have.
std::vector<PairedSample> common_samples(const std::vector<ImportedSeries>& before,
                                         const std::vector<ImportedSeries>& after) {
  std::vector<PairedSample> samples;
  for (const ImportedSeries& series : before) {
    const auto other = std::ranges::find(after, series.name, &ImportedSeries::name);
    if (other != after.end())
      samples.push_back(
          {series.name, series.values, other->values, default_margin(series.metric), series.bigger_is_better});
  }
  return samples;
}

/// Without several values nothing tells how noisy a figure is.
std::string note_of_few(const std::vector<PairedSample>& samples) {
  const auto few = std::ranges::count_if(samples, [](const auto& s) { return s.a.size() < kFewestOfLevel; });
  if (few == 0) return {};
  return fmt::format("{} of {} have fewer than {} values in the first file, so no verdict\n", few, samples.size(),
                     kFewestOfLevel);
}

}  // namespace

int compare_import(const CompareOptions& options) {
  if (options.words.size() != 2)
    return trouble("compare: --import takes two files, as in hermetric compare --import before.json after.json");
  const auto before = read_series(options.words[0], options.metrics);
  const auto after = read_series(options.words[1], options.metrics);
  for (const auto* read : {&before, &after})
    if (!*read) return trouble(Error(read->error()).in("compare"));
  auto samples = common_samples(*before, *after);
  if (samples.empty()) {
    trouble("compare: not comparable: the files have no figure in common");
    return kExitNotComparable;
  }
  if (auto applied = apply_margins(options.margins, samples); !applied)
    return trouble(std::move(applied).error().in("compare"));
  const auto metrics = compare_with_levels(samples);
  return print_result(comparison_text(metrics, options, note_of_few(samples)), exit_code_of(metrics, options.strict));
}

}  // namespace hermetric
