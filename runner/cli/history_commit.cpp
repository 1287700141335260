#include "runner/cli/history_commit.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "runner/cli/history_options.hpp"
#include "runner/job/git.hpp"

namespace hermetric {
namespace {

std::string or_git(const std::string& given, const std::vector<std::string>& words) {
  return given.empty() ? ask_git(words).value_or("") : given;
}

bool is_object_name(const std::string& commit) {
  return !commit.empty() && commit.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

}  // namespace

void add_commit_options(CLI::App& app, CommitOptions& options) {
  app.add_option("--project", options.project, "(the name of the git work tree's directory)")->type_name("NAME");
  app.add_option("--commit", options.commit, "(HEAD)")->type_name("ID");
  app.add_option("--branch", options.branch, "(the current one)")->type_name("NAME");
  app.add_option("--parent", options.parent, "(the commit's first parent)")->type_name("ID");
  app.add_option("--time", options.time, "of the commit: 2026-11-24T17:00:00Z or @SECONDS")->type_name("TIME");
}

std::string project_of(const CommitOptions& options) {
  if (!options.project.empty()) return options.project;
  std::error_code ignored;
  const auto top = ask_git({"rev-parse", "--show-toplevel"});
  return (top ? std::filesystem::path(*top) : std::filesystem::current_path(ignored)).filename().string();
}

Result<HistoryRun> describe_commit(const CommitOptions& options) {
  HistoryRun run;
  run.commit = or_git(options.commit, {"rev-parse", "--verify", "HEAD"});
  if (run.commit.empty())
    return std::unexpected(Error("no commit: not in a git work tree (add --commit ID and --time TIME)"));
  run.branch = or_git(options.branch, {"symbolic-ref", "--short", "-q", "HEAD"});
  run.parent = or_git(options.parent, {"rev-parse", "--verify", "-q", run.commit + "^"});
  run.project = project_of(options);
  const std::string time = or_git(options.time, {"show", "-s", "--format=@%ct", run.commit + "^{commit}"});
  if (time.empty())
    return std::unexpected(Error("no time of commit " + run.commit + ": git does not know it (add --time TIME)"));
  auto seconds = parse_time(time);
  if (!seconds) return std::unexpected(std::move(seconds).error().in("--time"));
  run.time = *seconds;
  return run;
}

std::optional<std::vector<std::int64_t>> times_of_commits(const std::vector<std::string>& commits) {
  if (!std::all_of(commits.begin(), commits.end(), is_object_name)) return std::nullopt;
  const std::set<std::string> distinct(commits.begin(), commits.end());  // git shows each once
  std::vector<std::string> words = {"show", "-s", "--no-walk=unsorted", "--format=%ct"};
  words.insert(words.end(), distinct.begin(), distinct.end());
  const auto answer = ask_git(words);
  if (!answer) return std::nullopt;
  std::map<std::string, std::int64_t> times;
  std::istringstream lines(*answer);
  for (const std::string& commit : distinct)
    if (!(lines >> times[commit])) return std::nullopt;
  std::vector<std::int64_t> ordered;
  for (const std::string& commit : commits) ordered.push_back(times[commit]);
  return ordered;
}

}  // namespace hermetric
