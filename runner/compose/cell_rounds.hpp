#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/compare/rounds.hpp"
#include "runner/compose/session.hpp"
#include "runner/compose/staging_directory.hpp"

namespace hermetric {

/// One version of what is compared.
struct ComparedVersion {
  JobSpec job;                         ///< paths settled, cores chosen
  ResolveContext facts;                ///< see Session::facts_for()
  std::optional<std::string> prepare;  ///< for `sh -c` on the host, before each run
};

/// Rounds in real cells, a fresh one for each run. What runs write to stdout is dropped, behind a pipe, so that a
/// program that looks for /dev/null does not find it; the last run's stderr is kept.
class CellRounds : public RoundHost {
 public:
  static Result<CellRounds> create(Session& session, std::vector<ComparedVersion> versions);

  Result<JobReport> run(std::size_t version) override;
  HostActivity activity() override;
  Duration now() override;
  [[nodiscard]] bool interrupted() const override;

  /// What the last run wrote to stderr.
  [[nodiscard]] std::string stderr_file() const { return staging_.path() + "/stderr"; }

 private:
  CellRounds(Session& session, std::vector<ComparedVersion> versions, StagingDirectory staging)
      : session_(session), versions_(std::move(versions)), staging_(std::move(staging)) {}

  Session& session_;
  std::vector<ComparedVersion> versions_;
  StagingDirectory staging_;
};

}  // namespace hermetric
