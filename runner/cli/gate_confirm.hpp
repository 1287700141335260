#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/stats/paired.hpp"
#include "runner/cli/gate_series.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own
class App;
}

namespace hermetric {

/// What `history gate --confirm` takes.
struct ConfirmOptions {
  bool wanted = false;
  std::string file;                    ///< job file
  std::vector<std::string> variables;  ///< --var
  std::string runs;                    ///< rounds of each job; empty: as `compare` does
};

void add_confirm_options(CLI::App& app, ConfirmOptions& options);

/// Measures again, in rounds, what seems to cost more than its margin, regressed or inconclusive: the jobs at `commit`
/// and at the last commit of the level. What the rounds say takes the place of what the history says in `metrics`, one
/// for each of `series`. What no report has, as imported figures, stays as it is, with a warning. Nothing: it is done.
/// Else what to exit with.
std::optional<int> confirm(const ConfirmOptions& options, const std::string& commit,
                           std::span<const GatedSeries> series, std::vector<PairedComparison>& metrics);

}  // namespace hermetric
