#pragma once

#include "reports/render/rounds.hpp"
#include "runner/cli/compare_options.hpp"
#include "runner/compose/cell_rounds.hpp"

namespace hermetric {

// What `compare` does, by what is compared. All return what to exit with.

int compare_pairs(const CompareOptions& options);
int compare_commands(CompareOptions& options);

/// Measures versions in rounds and shows what comes of it.
int compare_versions(Session& session, const CompareOptions& options, const std::vector<VersionLabel>& labels,
                     std::vector<ComparedVersion> versions);

/// Prints a text that is there whole; the exit code is `code` if that works.
int print_result(const std::string& text, int code);

}  // namespace hermetric
