#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

#include "reports/model/json_text.hpp"
#include "reports/render/comparison.hpp"
#include "reports/stats/change_points.hpp"
#include "reports/stats/level_comparison.hpp"
#include "runner/cli/history_command.hpp"
#include "runner/cli/history_options.hpp"
#include "runner/cli/verdict_options.hpp"
#include "runner/job/git.hpp"

namespace hermetric {
namespace {

constexpr std::size_t kMarkdownRows = 10;

struct GateOptions {
  HistoryOptions history;
  std::string against = "latest", commit;
  std::vector<std::string> margins;
  bool strict = false, json = false, markdown = false;
};

void add_gate_options(CLI::App& app, GateOptions& options) {
  app.footer(
      "The commit's figures are held against the level that the series had last, on the same class of machine.\n"
      "Exits with 0: no regression, 2: regression, 3: inconclusive (with --strict), 4: nothing to compare, 125: "
      "trouble.\n"
      "As in: hermetric history gate --against merge-base");
  app.add_option("--against", options.against, "the level at that commit, at the merge base, or before this one")
      ->type_name("REV|latest|merge-base")
      ->capture_default_str();
  app.add_option("--commit", options.commit, "the one to judge (HEAD)")->type_name("ID");
  app.add_option("--margin", options.margins, "what does not matter: 2% or NAME=2% (by metric)")
      ->type_name("SHARE")
      ->allow_extra_args(false);
  add_filter_options(app, options.history);
  add_db_option(app, options.history);
  app.add_flag("--strict", options.strict, "exit with 3 where a metric is inconclusive");
  app.add_flag("--json", options.json, "for programs");
  app.add_flag("--markdown", options.markdown, "for a pull request");
}

/// The commit that `revision` names, or itself where git does not know it.
std::string resolved(const std::string& revision) {
  return ask_git({"rev-parse", "--verify", "-q", revision + "^{commit}"}).value_or(revision);
}

Result<std::string> merge_base(const std::string& commit) {
  for (const char* trunk : {"origin/HEAD", "origin/main", "origin/master", "main", "master"})
    if (auto base = ask_git({"merge-base", commit, trunk})) return *base;
  return std::unexpected(Error("--against merge-base: git finds none of this commit and origin/HEAD, main or master"));
}

/// Which points of a series are judged, and which come before.
struct Question {
  std::string commit;
  std::string against;  ///< empty: everything before
};

Result<Question> question_of(const GateOptions& options) {
  Question question{
      options.commit.empty() ? ask_git({"rev-parse", "--verify", "HEAD"}).value_or("") : resolved(options.commit), ""};
  if (question.commit.empty()) return std::unexpected(Error("no commit: not in a git work tree (add --commit ID)"));
  if (options.against == "merge-base") {
    TRY_ASSIGN(question.against, merge_base(question.commit));
  } else if (options.against != "latest") {
    question.against = resolved(options.against);
  }
  return question;
}

/// Values of the last level: those since the last change point.
std::vector<double> last_level(std::vector<double> values) {
  const auto changes = find_change_points(values);
  if (!changes.empty())
    values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(changes.back().index));
  return values;
}

/// The level, a median a commit, and the new values of one series; empty where it has none.
PairedSample sample_of(const SeriesInfo& series, const std::vector<CommitValues>& commits, const Question& question) {
  PairedSample sample{short_name(series.key), {}, {}, default_margin(series.key.metric), series.bigger_is_better};
  std::vector<double> before, repeats;
  bool reached = question.against.empty(), past = false;
  for (const CommitValues& commit : commits) {
    if (commit.commit == question.commit) {
      sample.b = commit.values;
      past = true;
      continue;
    }
    const bool is_base = commit.commit == question.against;
    if (!question.against.empty() && reached && !is_base) past = true;
    reached = reached || is_base;
    if (past) continue;
    before.push_back(median(commit.values));
    repeats.push_back(static_cast<double>(commit.values.size()));
  }
  if (reached) sample.a = last_level(std::move(before));
  if (!repeats.empty()) sample.repeats = static_cast<std::size_t>(median(repeats));
  return sample;
}

Result<std::vector<PairedSample>> samples_of(const GateOptions& options, const Question& question) {
  TRY_ASSIGN(const auto store, open_history(options.history));
  TRY_ASSIGN(const auto all, store->list(options.history.filter));
  std::vector<PairedSample> samples;
  for (const SeriesInfo& series : all) {
    if (!is_looked_at(options.history.filter, series.key.metric)) continue;
    TRY_ASSIGN(const auto points, store->points(series.id));
    PairedSample sample = sample_of(series, by_commit(points), question);
    if (!sample.a.empty() && !sample.b.empty()) samples.push_back(std::move(sample));
  }
  return samples;
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
  auto question = question_of(options);
  if (!question) return trouble(std::move(question).error().in("history gate"));
  auto samples = samples_of(options, *question);
  if (!samples) return trouble(std::move(samples).error().in("history gate"));
  if (samples->empty()) {
    trouble("history gate: nothing to compare: no series has figures of " + question->commit +
            " and, on the same class of machine, of " +
            (question->against.empty() ? "commits before it" : question->against));
    return kExitNotComparable;
  }
  if (auto applied = apply_margins(options.margins, *samples); !applied)
    return trouble(std::move(applied).error().in("history gate"));
  auto metrics = compare_with_levels(*samples);
  put_worst_first(metrics);
  print_gate(metrics, options);
  if (!std::cout) return trouble("history gate: stdout could not be written");
  return exit_code_of(metrics, options.strict);
}

}  // namespace hermetric
