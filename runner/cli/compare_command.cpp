#include <nlohmann/json.hpp>

#include <iostream>

#include "reports/model/json_text.hpp"
#include "reports/render/comparison.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/compare_sources.hpp"

namespace hermetric {

int compare_command(const Arguments& arguments) {
  CompareOptions options;
  if (const auto code = parse_compare_options(arguments, options)) return *code;
  if (!options.pairs.empty()) return compare_pairs(options);
  if (options.import) return compare_import(options);
  if (!options.file.empty()) return compare_revisions(options);
  return compare_commands(options);
}

std::string comparison_text(const std::vector<PairedComparison>& metrics, const CompareOptions& options,
                            const std::string& notes) {
  if (options.json) {
    std::string text;
    append_json(text, comparison_to_json(metrics));
    return text + "\n";
  }
  const Table table = comparison_table(metrics);
  const std::string text = options.markdown ? table.markdown() : table.text();
  return notes.empty() ? text : text + "\n" + notes;
}

int print_result(const std::string& text, int code) {
  std::cout << text << std::flush;
  return std::cout ? code : trouble("compare: stdout could not be written");
}

}  // namespace hermetric
