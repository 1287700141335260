#include <nlohmann/json.hpp>

#include "reports/model/json_text.hpp"
#include "reports/render/comparison.hpp"
#include "runner/cli/compare_sources.hpp"
#include "runner/cli/csv_tables.hpp"
#include "runner/cli/verdict_options.hpp"

namespace hermetric {
namespace {

std::string text_of(const std::vector<PairedComparison>& metrics, const CompareOptions& options) {
  std::string text;
  if (options.json) {
    append_json(text, comparison_to_json(metrics));
    return text + "\n";
  }
  const Table table = comparison_table(metrics);
  const std::string notes = comparison_notes(metrics);
  text = options.markdown ? table.markdown() : table.text();
  return notes.empty() ? text : text + "\n" + notes;
}

}  // namespace

int compare_pairs(const CompareOptions& options) {
  if (!options.words.empty())
    return trouble("compare: --pairs takes no words, found \"" + options.words.front() + "\"");
  auto samples = read_pairs_csv(options.pairs);
  if (!samples) return trouble(std::move(samples).error().in("compare"));
  if (auto applied = apply_margins(options.margins, *samples); !applied)
    return trouble(std::move(applied).error().in("compare"));
  const auto metrics = compare_paired(*samples);
  return print_result(text_of(metrics, options), exit_code_of(metrics, options.strict));
}

}  // namespace hermetric
