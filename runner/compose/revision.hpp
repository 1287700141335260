#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/compose/session.hpp"
#include "runner/compose/staging_directory.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// The files of one git revision, without anything that is not committed, in a directory that goes with this object.
/// The repository itself does not change.
class Revision {
 public:
  /// Of the repository that `directory` lies in. Filters that its configuration names (line ends, LFS) do their work.
  static Result<Revision> check_out(Session& session, const std::string& directory, const std::string& name);

  /// What `job` must know to see the revision's files at its workspace's path. Error: the workspace is not in the
  /// repository, or the revision does not have it.
  Result<ResolveContext> facts_for(const JobSpec& job) const;

  /// Where artifacts of a job that the revision ran are kept.
  [[nodiscard]] std::string artifacts_of(const std::string& job) const;
  [[nodiscard]] std::string stderr_file() const { return staging_.path() + "/stderr"; }

 private:
  Revision(Session& session, StagingDirectory staging) : session_(session), staging_(std::move(staging)) {}
  [[nodiscard]] std::string files() const { return staging_.path() + "/files"; }

  Session& session_;
  StagingDirectory staging_;
  std::string name_, top_level_;
  std::int64_t commit_time_ = 0;
};

/// How a job that another one needs ended, if it did not pass.
struct FailedNeed {
  std::string job;
  Outcome outcome;
};

/// Runs the jobs that `job` of `pipeline` needs, each once and after its own needs, unmeasured; their artifacts are
/// kept with the revision. Nothing: all passed.
Result<std::optional<FailedNeed>> run_needs(Session& session, const Pipeline& pipeline, const JobSpec& job,
                                            const Revision& revision);

}  // namespace hermetric
