#include "runner/compose/revision.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "isolation/sys/files.hpp"
#include "runner/compose/host_command.hpp"
#include "runner/compose/report_directory.hpp"
#include "runner/exec/executor.hpp"
#include "runner/job/git.hpp"
#include "runner/job/source_date.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

/// With an index of its own: the repository's stays as it is.
Status write_files(const std::string& top_level, const std::string& commit, const std::string& index,
                   const std::string& directory) {
  const std::vector<std::string> git = {"env", "GIT_INDEX_FILE=" + index, "git", "-C", top_level};
  const auto call = [&](const std::vector<std::string>& words) {
    std::vector<std::string> all = git;
    all.insert(all.end(), words.begin(), words.end());
    return run_on_host(all);
  };
  TRY(call({"read-tree", commit}));
  TRY(call({"checkout-index", "--all", "--quiet", "--prefix=" + directory + "/"}));
  return {};
}

std::int64_t number_of(const std::optional<std::string>& text) {
  std::int64_t number = kDefaultSourceDate;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

}  // namespace

Result<Revision> Revision::check_out(Session& session, const std::string& directory, const std::string& name) {
  const auto top_level = ask_git({"-C", directory, "rev-parse", "--show-toplevel"});
  if (!top_level) return std::unexpected(Error(directory + " is in no git repository that this user may use"));
  const auto commit =
      ask_git({"-C", directory, "rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"});
  if (!commit) return std::unexpected(Error("there is no revision \"" + name + "\" in " + *top_level));
  TRY_ASSIGN(StagingDirectory staging, StagingDirectory::make(session.host(), "revision"));
  Revision revision(session, std::move(staging));
  revision.name_ = name;
  revision.top_level_ = *top_level;
  revision.commit_time_ = number_of(ask_git({"-C", *top_level, "show", "-s", "--format=%ct", *commit}));
  TRY(make_directories(revision.files()));
  if (auto written = write_files(*top_level, *commit, revision.staging_.path() + "/index", revision.files()); !written)
    return std::unexpected(std::move(written).error().in("git: files of \"" + name + "\""));
  return revision;
}

Result<ResolveContext> Revision::facts_for(const JobSpec& job) const {
  if (!job.workspace)
    return std::unexpected(Error("job \"" + job.name + "\" has no workspace: revisions would not differ"));
  const std::string below = fs::path(*job.workspace).lexically_relative(top_level_).string();
  if (below.empty() || below == ".." || below.starts_with("../"))
    return std::unexpected(
        Error("job \"" + job.name + "\": its workspace " + *job.workspace + " is not in the repository " + top_level_));
  ResolveContext facts = session_.facts_for(job);
  facts.workspace_files = below == "." ? files() : files() + "/" + below;
  facts.source_date_epoch = commit_time_;
  std::error_code error;
  if (!fs::is_directory(*facts.workspace_files, error))
    return std::unexpected(Error("revision \"" + name_ + "\" has no directory " + below));
  for (const std::string& input : job.inputs)
    if (fs::is_directory(artifacts_of(input), error)) facts.inputs.push_back(artifacts_of(input));
  return facts;
}

std::string Revision::artifacts_of(const std::string& job) const {
  return staging_.path() + "/artifacts/" + escaped_name(job);
}

Result<std::optional<FailedNeed>> run_needs(Session& session, const Pipeline& pipeline, const JobSpec& job,
                                            const Revision& revision) {
  std::set<std::string> done;
  const auto is_ready = [&](const JobSpec& need) {
    return need.name != job.name && !done.contains(need.name) &&
           std::ranges::all_of(need.needs, [&](const std::string& name) { return done.contains(name); });
  };
  for (;;) {
    const auto next = std::ranges::find_if(pipeline.jobs, is_ready);
    if (next == pipeline.jobs.end()) return std::nullopt;
    TRY_ASSIGN(const ResolveContext facts, revision.facts_for(*next));
    const JobReport report = execute(*next, facts, {session.host(), session.interrupt(), {}},
                                     {"/dev/null", revision.stderr_file(), revision.artifacts_of(next->name)});
    if (report.outcome.status != OutcomeStatus::kPassed) return FailedNeed{next->name, report.outcome};
    done.insert(next->name);
  }
}

}  // namespace hermetric
