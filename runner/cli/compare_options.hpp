#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/cli/exec_options.hpp"
#include "runner/compare/metrics.hpp"
#include "runner/compare/stop_rule.hpp"

namespace hermetric {

/// What `compare` is asked for.
struct CompareOptions {
  std::vector<std::string> words;  ///< commands, or with --file revisions, or with --import files
  std::string pairs;               ///< --pairs FILE: nothing else is compared
  bool import = false;
  std::string file, job;               ///< --file FILE --job NAME
  std::vector<std::string> variables;  ///< --var

  bool shell = false;
  std::vector<std::string> names, parameters, prepare, cleanup;
  std::size_t warmups = 1;
  StopOptions stop;
  std::vector<ComparedMetric> metrics;  ///< with their margins

  std::vector<std::string> margins;
  bool strict = false, json = false, markdown = false;
  ExecOptions exec;  ///< how commands run
};

/// Reads the words behind "compare". Nothing: go on. Else what to exit with.
std::optional<int> parse_compare_options(const Arguments& arguments, CompareOptions& options);

}  // namespace hermetric
