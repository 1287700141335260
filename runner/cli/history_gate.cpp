#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

#include "reports/model/json_text.hpp"
#include "reports/render/comparison.hpp"
#include "reports/stats/level_comparison.hpp"
#include "runner/cli/gate_confirm.hpp"
#include "runner/cli/history_command.hpp"
#include "runner/cli/history_options.hpp"
#include "runner/cli/verdict_options.hpp"

namespace hermetric {
namespace {

constexpr std::size_t kMarkdownRows = 10;

struct GateOptions {
  HistoryOptions history;
  ConfirmOptions confirm;
  std::string against = "latest", commit;
  std::vector<std::string> margins;
  bool strict = false, json = false, markdown = false;
};

void add_gate_options(CLI::App& app, GateOptions& options) {
  app.footer(
      "The commit's figures are held against the level that the series had last, on the same class of machine.\n"
      "Exits with 0: no regression, 2: regression, 3: inconclusive (with --strict), 4: nothing to compare, 125: "
      "trouble.\n"
      "As in: hermetric history gate --against merge-base\n"
      "       hermetric history gate --confirm --file ci.yml");
  app.add_option("--against", options.against, "the level at that commit, at the merge base, or before this one")
      ->type_name("REV|latest|merge-base")
      ->capture_default_str();
  app.add_option("--commit", options.commit, "the one to judge (HEAD)")->type_name("ID");
  app.add_option("--margin", options.margins, "what does not matter: 2% or NAME=2% (by metric)")
      ->type_name("SHARE")
      ->allow_extra_args(false);
  add_filter_options(app, options.history);
  add_db_option(app, options.history);
  add_confirm_options(app, options.confirm);
  app.add_flag("--strict", options.strict, "exit with 3 where a metric is inconclusive");
  app.add_flag("--json", options.json, "for programs");
  app.add_flag("--markdown", options.markdown, "for a pull request");
}

/// Whatever the values say.
PairedComparison same_by_inputs(const PairedSample& sample, const std::string& base) {
  PairedComparison metric = compare_with_levels({&sample, 1}).front();
  metric.verdict = Verdict::kSame;
  metric.rounds_needed.reset();
  metric.warnings.push_back("unchanged: its inputs are those of " + base.substr(0, 12));
  return metric;
}

Result<std::vector<PairedComparison>> hold_against_levels(const std::vector<GatedSeries>& series,
                                                          const std::vector<std::string>& margins) {
  std::vector<PairedSample> samples;
  for (const GatedSeries& one : series) samples.push_back(one.sample);
  TRY(apply_margins(margins, samples));
  std::vector<PairedSample> open;
  for (std::size_t i = 0; i < series.size(); ++i)
    if (!series[i].unchanged) open.push_back(samples[i]);
  const auto verdicts = compare_with_levels(open);
  auto verdict = verdicts.begin();
  std::vector<PairedComparison> metrics;
  for (std::size_t i = 0; i < series.size(); ++i)
    metrics.push_back(series[i].unchanged ? same_by_inputs(samples[i], series[i].base) : *verdict++);
  return metrics;
}

/// Regressions first, the largest before the others.
void put_worst_first(std::vector<PairedComparison>& metrics) {
  std::stable_sort(metrics.begin(), metrics.end(), [](const PairedComparison& a, const PairedComparison& b) {
    const bool a_worse = a.verdict == Verdict::kRegressed, b_worse = b.verdict == Verdict::kRegressed;
    return a_worse != b_worse ? a_worse : a.ratio > b.ratio;
  });
}

std::string gate_markdown(const std::vector<PairedComparison>& metrics) {
  Table table = comparison_table(metrics);
  Table rest{table.titles, table.left, {}};
  if (table.rows.size() > kMarkdownRows) {
    const auto cut = table.rows.begin() + kMarkdownRows;
    rest.rows.assign(cut, table.rows.end());
    table.rows.erase(cut, table.rows.end());
  }
  if (rest.rows.empty()) return table.markdown();
  return table.markdown() + "\n<details><summary>" + std::to_string(rest.rows.size()) + " more</summary>\n\n" +
         rest.markdown() + "\n</details>\n";
}

void print_gate(const std::vector<PairedComparison>& metrics, const GateOptions& options) {
  if (options.json) {
    std::string text;
    append_json(text, comparison_to_json(metrics));
    std::cout << text << std::endl;
    return;
  }
  const std::string notes = comparison_notes(metrics);
  std::cout << (options.markdown ? gate_markdown(metrics) : comparison_table(metrics).text());
  if (!notes.empty()) std::cout << '\n' << notes;
  std::cout << std::flush;
}

}  // namespace

int history_gate(const Arguments& arguments) {
  GateOptions options;
  CLI::App app("Tells whether a commit costs more than the level before it.", "history gate");
  add_gate_options(app, options);
  if (const auto code = parse_arguments(app, "[OPTIONS]", arguments)) return *code;
  const auto question = question_of(options.commit, options.against);
  if (!question) return trouble(Error(question.error()).in("history gate"));
  const auto series = gated_series(options.history, *question);
  if (!series) return trouble(Error(series.error()).in("history gate"));
  if (series->empty()) {
    trouble("history gate: nothing to compare: no series has figures of " + question->commit +
            " and, on the same class of machine, of " +
            (question->against.empty() ? "commits before it" : question->against));
    return kExitNotComparable;
  }
  auto metrics = hold_against_levels(*series, options.margins);
  if (!metrics) return trouble(std::move(metrics).error().in("history gate"));
  if (options.confirm.wanted)
    if (const auto code = confirm(options.confirm, question->commit, *series, *metrics)) return *code;
  put_worst_first(*metrics);
  print_gate(*metrics, options);
  if (!std::cout) return trouble("history gate: stdout could not be written");
  return exit_code_of(*metrics, options.strict);
}

}  // namespace hermetric
