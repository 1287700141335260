#include "reports/render/comparison.hpp"
#include "runner/cli/compare_sources.hpp"
#include "runner/cli/csv_tables.hpp"
#include "runner/cli/verdict_options.hpp"

namespace hermetric {
int compare_pairs(const CompareOptions& options) {
  if (!options.words.empty())
    return trouble("compare: --pairs takes no words, found \"" + options.words.front() + "\"");
  auto samples = read_pairs_csv(options.pairs);
  if (!samples) return trouble(std::move(samples).error().in("compare"));
  if (auto applied = apply_margins(options.margins, *samples); !applied)
    return trouble(std::move(applied).error().in("compare"));
  const auto metrics = compare_paired(*samples);
  return print_result(comparison_text(metrics, options, comparison_notes(metrics)),
                      exit_code_of(metrics, options.strict));
}

}  // namespace hermetric
