#include <iostream>

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

int print_result(const std::string& text, int code) {
  std::cout << text << std::flush;
  return std::cout ? code : trouble("compare: stdout could not be written");
}

}  // namespace hermetric
