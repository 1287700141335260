#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "runner/cli/compare_sources.hpp"
#include "runner/cli/load_pipeline.hpp"
#include "runner/cli/verdict_options.hpp"
#include "runner/compose/core_placement.hpp"
#include "runner/compose/interrupt.hpp"
#include "runner/compose/revision.hpp"

namespace hermetric {
namespace {

/// The one job that --job means; the name of a matrix means several.
Result<JobSpec> only_job(const Pipeline& pipeline, const std::string& name) {
  std::vector<const JobSpec*> meant;
  for (const JobSpec& job : pipeline.jobs)
    if (job.name == name || job.base_name == name) meant.push_back(&job);
  if (meant.size() == 1) return *meant.front();
  return std::unexpected(Error(fmt::format("--job \"{}\" means {} jobs, as \"{}\" and \"{}\"", name, meant.size(),
                                           meant.front()->name, meant.back()->name))
                             .remedy("name one of them"));
}

/// What the revisions have in common.
struct Comparison {
  Pipeline pipeline;
  JobSpec job;
  std::vector<Hooks> hooks;
  std::string directory;  ///< where the repository is looked for
};

Result<Comparison> prepare_comparison(const CompareOptions& options) {
  Comparison comparison;
  TRY_ASSIGN(comparison.pipeline, load_pipeline(options.file, options.variables, {options.job}));
  TRY_ASSIGN(comparison.job, only_job(comparison.pipeline, options.job));
  TRY_ASSIGN(comparison.hooks, hooks_of(options));
  TRY(pin(comparison.job, std::nullopt));
  comparison.directory = comparison.job.workspace.value_or(std::filesystem::current_path().string());
  return comparison;
}

int use_prepared(Session& session, const CompareOptions& options, const Comparison& comparison,
                 const UseOfVersions& use) {
  std::vector<Revision> revisions;
  std::vector<VersionLabel> labels;
  std::vector<ComparedVersion> versions;
  for (std::size_t i = 0; i < options.words.size(); ++i) {
    const std::string& name = options.words[i];
    auto revision = Revision::check_out(session, comparison.directory, name);
    if (!revision) return trouble(std::move(revision).error().in("compare"));
    revisions.push_back(*std::move(revision));
    const auto failed = run_needs(session, comparison.pipeline, comparison.job, revisions.back());
    if (!failed) return trouble(Error(failed.error()).in("compare"));
    if (const auto interrupt = caught_interrupt()) return 128 + *interrupt;
    if (*failed) {
      say_failure("\"" + name + "\": job \"" + (*failed)->job + "\", which is needed", (*failed)->outcome,
                  revisions.back().stderr_file());
      return kExitNotComparable;
    }
    auto facts = revisions.back().facts_for(comparison.job);
    if (!facts) return trouble(std::move(facts).error().in("compare"));
    labels.push_back({name, comparison.job.command});
    versions.push_back({comparison.job, *std::move(facts), comparison.hooks[i].prepare});
  }
  return use(session, labels, std::move(versions));
}

}  // namespace

int with_revisions(const CompareOptions& options, const UseOfVersions& use) {
  const auto comparison = prepare_comparison(options);
  if (!comparison) return trouble(Error(comparison.error()).in("compare"));
  auto session = Session::open(std::nullopt);
  if (!session) return trouble(session.error());
  return clean_up(comparison->hooks, use_prepared(**session, options, *comparison, use));
}

int compare_revisions(const CompareOptions& options) {
  if (options.words.empty())
    return trouble("compare: no revision: as in hermetric compare --file ci.yml --job test main HEAD");
  return with_revisions(options, [&](Session& session, const auto& labels, auto versions) {
    return compare_versions(session, options, labels, std::move(versions));
  });
}

}  // namespace hermetric
