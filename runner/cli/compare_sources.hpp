#pragma once

#include <functional>

#include "reports/render/rounds.hpp"
#include "runner/cli/compare_options.hpp"
#include "runner/compose/cell_rounds.hpp"

namespace hermetric {

// What `compare` does, by what is compared. All return what to exit with.

int compare_pairs(const CompareOptions& options);
int compare_commands(CompareOptions& options);
int compare_revisions(const CompareOptions& options);
int compare_import(const CompareOptions& options);

/// What is done with versions that are ready to be measured; the result is what to exit with.
using UseOfVersions =
    std::function<int(Session&, const std::vector<VersionLabel>& labels, std::vector<ComparedVersion> versions)>;

/// Hands the revisions that options.words name to `use`, once what the job needs has run. Returns what to exit with.
int with_revisions(const CompareOptions& options, const UseOfVersions& use);

struct Measurement {
  RoundsResult rounds;
  RoundsAnalysis analysis;  ///< empty where no round counts
};

/// Measures versions in rounds, and says on stderr which run failed. Error: hermetric itself did.
Result<Measurement> measure_versions(Session& session, const CompareOptions& options,
                                     const std::vector<VersionLabel>& labels, std::vector<ComparedVersion> versions);

/// What to exit with where there is no verdict: interrupted, or not comparable.
std::optional<int> code_without_verdict(const RoundsResult& measured);

/// Measures versions in rounds and shows what comes of it.
int compare_versions(Session& session, const CompareOptions& options, const std::vector<VersionLabel>& labels,
                     std::vector<ComparedVersion> versions);

/// What a user wants done on the host.
struct Hooks {
  std::optional<std::string> prepare, cleanup;
};

/// Those of each word: there must be none, one, or as many as there are words.
Result<std::vector<Hooks>> hooks_of(const CompareOptions& options);

/// Every cleanup runs, whatever becomes of the others; the exit code is `code` if all of them work.
int clean_up(const std::vector<Hooks>& all, int code);

/// Says how a run failed, and the last lines that it wrote to its stderr.
void say_failure(const std::string& what, const Outcome& outcome, const std::string& stderr_file);

/// A table of `metrics` with `notes` below, for people; or --json, which has no notes.
std::string comparison_text(const std::vector<PairedComparison>& metrics, const CompareOptions& options,
                            const std::string& notes);

/// Prints a text that is there whole; the exit code is `code` if that works.
int print_result(const std::string& text, int code);

}  // namespace hermetric
