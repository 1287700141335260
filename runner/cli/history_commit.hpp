#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/store/history_store.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own
class App;
}

namespace hermetric {

/// Which commit figures are of; what is left out comes from git in the current directory.
struct CommitOptions {
  std::string project, commit, branch, parent, time;

  /// Whether a commit, or something about it, was named.
  [[nodiscard]] bool names_commit() const { return !(commit + branch + parent + time).empty(); }
};

void add_commit_options(CLI::App& app, CommitOptions& options);

/// --project, else the name of the git work tree's directory, else of the current one.
std::string project_of(const CommitOptions& options);

/// A run with everything but its report's id and figures.
Result<HistoryRun> describe_commit(const CommitOptions& options);

/// The time of each of the commits, in their order; nothing unless git knows them all.
std::optional<std::vector<std::int64_t>> times_of_commits(const std::vector<std::string>& commits);

}  // namespace hermetric
