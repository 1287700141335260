#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

#include "reports/model/json_text.hpp"
#include "reports/render/comparison.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/csv_tables.hpp"
#include "runner/cli/verdict_options.hpp"

namespace hermetric {
namespace {

struct CompareOptions {
  std::string pairs;
  std::vector<std::string> margins, words;
  bool json = false, markdown = false, strict = false;
};

void add_compare_options(CLI::App& app, CompareOptions& options) {
  app.footer(
      "Exits with 0: no regression, 2: some metric regressed, 3: inconclusive (with --strict), 125: trouble.\n"
      "As in: hermetric compare --pairs rounds.csv --margin 2%");
  app.add_option("--pairs", options.pairs, "CSV with a row a round: a,b or NAME.a,NAME.b,...; - is stdin")
      ->type_name("FILE");
  app.add_option("--margin", options.margins, "what does not matter: 2% or NAME=2% (by metric, 1 % where unknown)")
      ->type_name("SHARE")
      ->allow_extra_args(false);
  app.add_flag("--strict", options.strict, "exit with 3 where a metric is inconclusive");
  app.add_flag("--json", options.json, "for programs");
  app.add_flag("--markdown", options.markdown, "for a pull request");
}

void print_comparison(const std::vector<PairedComparison>& metrics, const CompareOptions& options) {
  if (options.json) {
    std::string text;
    append_json(text, comparison_to_json(metrics));
    std::cout << text << '\n';
    return;
  }
  const Table table = comparison_table(metrics);
  const std::string notes = comparison_notes(metrics);
  std::cout << (options.markdown ? table.markdown() : table.text());
  if (!notes.empty()) std::cout << '\n' << notes;
}

}  // namespace

int compare_command(const Arguments& arguments) {
  CompareOptions options;
  CLI::App app("Tells which of two versions costs more, and whether that is more than chance.", "compare");
  add_compare_options(app, options);
  app.add_option("WORDS", options.words)->group("");
  if (const auto code = parse_arguments(app, "--pairs FILE [OPTIONS]", arguments)) return *code;
  if (options.pairs.empty() || !options.words.empty())
    return trouble("compare: comparing commands, revisions or reports is not in this version (use --pairs FILE)");
  auto samples = read_pairs_csv(options.pairs);
  if (!samples) return trouble(std::move(samples).error().in("compare"));
  if (auto applied = apply_margins(options.margins, *samples); !applied)
    return trouble(std::move(applied).error().in("compare"));
  const auto metrics = compare_paired(*samples);
  print_comparison(metrics, options);
  std::cout << std::flush;
  if (!std::cout) return trouble("compare: stdout could not be written");
  return exit_code_of(metrics, options.strict);
}

}  // namespace hermetric
