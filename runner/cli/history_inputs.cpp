#include "runner/cli/history_inputs.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "reports/model/report_json.hpp"
#include "runner/cli/committed_tree.hpp"
#include "runner/job/digest.hpp"
#include "runner/job/git.hpp"
#include "runner/job/resolve.hpp"

namespace hermetric {
namespace {

using Parts = std::vector<std::string>;

bool is_of_this_host(const RunReport& report) {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && report.host.hostname == name.data();
}

/// What a job sees of the repository: its workspace, or all of the work tree around it.
std::optional<std::string> seen_directory(const JobReport& job) {
  const std::string& workspace = job.inputs->workspace;
  if (job.isolation.root != "host" || is_left_out_of_host_root(workspace)) return workspace;
  return ask_git({"-C", workspace, "rev-parse", "--show-toplevel"});
}

/// The last attempt of a job, by its name.
const JobReport* find_job(const RunReport& report, const std::string& name) {
  const auto found =
      std::find_if(report.jobs.rbegin(), report.jobs.rend(), [&](const JobReport& job) { return job.name == name; });
  return found == report.jobs.rend() ? nullptr : &*found;
}

/// False where a job is not in the report.
bool append_artifacts(Parts& parts, const RunReport& report, const std::vector<std::string>& jobs) {
  for (const std::string& name : jobs) {
    const JobReport* job = find_job(report, name);
    if (job == nullptr) return false;
    Parts files;
    for (const ArtifactReport& artifact : job->artifacts) files.push_back(artifact.path + " " + artifact.sha256);
    std::ranges::sort(files);
    parts.push_back("artifacts " + std::to_string(files.size()));
    parts.insert(parts.end(), files.begin(), files.end());
  }
  return true;
}

std::optional<std::string> digest_of_inputs(const RunReport& report, const JobReport& job, const std::string& tree) {
  Parts parts = {job.isolation.root, limits_to_json(job.limits).dump(), job.inputs->settings, tree};
  if (!append_artifacts(parts, report, job.inputs->jobs)) return std::nullopt;
  parts.emplace_back("command");
  parts.insert(parts.end(), job.command.begin(), job.command.end());
  return digest_of(parts);
}

}  // namespace

std::map<std::string, std::string> inputs_of(const RunReport& report, const std::string& path,
                                             const std::string& commit) {
  std::map<std::string, std::string> inputs;
  if (!is_of_this_host(report)) return inputs;
  std::map<std::string, std::optional<std::string>> trees;  // git is asked once for a directory
  for (const JobReport& job : report.jobs) {
    if (!job.inputs || job.outcome.status != OutcomeStatus::kPassed) continue;
    const auto directory = seen_directory(job);
    if (!directory) continue;
    const auto [tree, is_new] = trees.try_emplace(*directory);
    if (is_new) tree->second = committed_tree(*directory, commit, path);
    if (!tree->second) continue;
    if (auto digest = digest_of_inputs(report, job, *tree->second)) inputs[job.name] = *std::move(digest);
  }
  return inputs;
}

}  // namespace hermetric
