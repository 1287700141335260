#include "runner/cli/gate_confirm.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>

#include "runner/cli/compare_sources.hpp"
#include "runner/cli/verdict_options.hpp"
#include "runner/job/units.hpp"

namespace hermetric {
namespace {

constexpr Duration kMaxTime = std::chrono::minutes(5);

/// A metric to measure again: of which series, and how.
struct Suspect {
  std::size_t at = 0;
  ComparedMetric metric;
};

/// The suspects that one call of `compare` measures.
struct Suspicion {
  std::string base;
  std::vector<Suspect> suspects;
};

bool is_suspect(const GatedSeries& series, const PairedComparison& metric) {
  const double edge = 1 + metric.margin.relative;
  const bool costs_more = series.sample.bigger_is_better ? metric.ratio < 1 / edge : metric.ratio > edge;
  return metric.verdict == Verdict::kRegressed || (metric.verdict == Verdict::kInconclusive && costs_more);
}

/// By job. What cannot be measured again gets a warning instead.
std::map<std::string, Suspicion> suspicions(std::span<const GatedSeries> series,
                                            std::vector<PairedComparison>& metrics) {
  std::map<std::string, Suspicion> by_job;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (!is_suspect(series[i], metrics[i])) continue;
    const auto all = select_metrics({series[i].key.metric});
    const auto metric = all ? std::ranges::find(*all, series[i].key.metric, &ComparedMetric::path) : all->end();
    if (!all || metric == all->end()) {
      metrics[i].warnings.emplace_back("no run has this figure, so it was not measured again");
      continue;
    }
    Suspicion& suspicion = by_job[series[i].key.job];
    suspicion.base = series[i].base;
    suspicion.suspects.push_back({i, *metric});
    suspicion.suspects.back().metric.margin = metrics[i].margin;
  }
  return by_job;
}

Result<CompareOptions> compare_options(const ConfirmOptions& options, const std::string& job,
                                       const Suspicion& suspicion, const std::string& commit) {
  CompareOptions compare;
  compare.file = options.file;
  compare.job = job;
  compare.variables = options.variables;
  compare.words = {suspicion.base, commit};
  for (const Suspect& suspect : suspicion.suspects)  // of one metric on several classes of machine one is enough
    if (std::ranges::find(compare.metrics, suspect.metric.path, &ComparedMetric::path) == compare.metrics.end())
      compare.metrics.push_back(suspect.metric);
  compare.stop.fewest_rounds = fewest_rounds(compare.metrics.size());
  if (options.runs.empty()) {
    compare.stop.max_time = kMaxTime;
    return compare;
  }
  auto runs = parse_integer(options.runs, {.low = 1, .high = 1'000'000});
  if (!runs) return std::unexpected(std::move(runs).error().in("--runs"));
  compare.stop.runs = static_cast<std::size_t>(*runs);
  return compare;
}

/// The rounds' verdict in place of the history's, under the same name.
void replace(PairedComparison& metric, PairedComparison measured, const Suspicion& suspicion) {
  measured.warnings.insert(measured.warnings.begin(), "measured again, against " + suspicion.base.substr(0, 12) +
                                                          ", in " + std::to_string(measured.rounds) +
                                                          " rounds; the history says " +
                                                          std::string(name_of(metric.verdict)));
  measured.name = std::move(metric.name);
  metric = std::move(measured);
}

void take_verdicts(const RoundsAnalysis& analysis, const Suspicion& suspicion, std::vector<PairedComparison>& metrics) {
  const auto& all = analysis.against_baseline.front();
  for (const Suspect& suspect : suspicion.suspects) {
    const auto measured = std::ranges::find(all, suspect.metric.path, &PairedComparison::name);
    if (measured != all.end()) {
      replace(metrics[suspect.at], *measured, suspicion);
    } else {
      metrics[suspect.at].warnings.emplace_back("could not be measured again");
    }
  }
}

}  // namespace

void add_confirm_options(CLI::App& app, ConfirmOptions& options) {
  const char* group = "Confirmation";
  auto* wanted =
      app.add_flag("--confirm", options.wanted,
                   "run what seems to cost more again before failing: the job at both commits, in rounds as\n"
                   "compare --file does; only what these say counts")
          ->group(group);
  auto* file = app.add_option("--file", options.file, "the job file")->type_name("FILE")->group(group);
  wanted->needs(file);
  file->needs(wanted);
  app.add_option("--var", options.variables, "replaces ${K} in the job file")
      ->type_name("K=V")
      ->allow_extra_args(false)
      ->needs(wanted)
      ->group(group);
  app.add_option("--runs", options.runs, "so many rounds (until intervals are narrow, at most 5m a job)")
      ->type_name("N")
      ->needs(wanted)
      ->group(group);
}

std::optional<int> confirm(const ConfirmOptions& options, const std::string& commit,
                           std::span<const GatedSeries> series, std::vector<PairedComparison>& metrics) {
  for (const auto& [job, suspicion] : suspicions(series, metrics)) {
    const auto compare = compare_options(options, job, suspicion, commit);
    if (!compare) return trouble(Error(compare.error()).in("history gate"));
    const auto use = [&](Session& session, const auto& labels, auto versions) {
      const auto measured = measure_versions(session, *compare, labels, std::move(versions));
      if (!measured) return trouble(measured.error());
      if (const auto code = code_without_verdict(measured->rounds)) return *code;
      take_verdicts(measured->analysis, suspicion, metrics);
      return 0;
    };
    if (const int code = with_revisions(*compare, use); code != 0) return code;
  }
  return std::nullopt;
}

}  // namespace hermetric
