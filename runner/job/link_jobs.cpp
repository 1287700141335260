#include "runner/job/link_jobs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <string>

#include "runner/job/nearest_name.hpp"
#include "runner/job/operands.hpp"

namespace hermetric {
namespace {

/// No host runs more in one call; a matrix of a few long axes would otherwise eat all memory.
constexpr std::size_t kMaxJobs = 100'000;

class Linker {
 public:
  Linker(std::vector<JobDraft> drafts, std::string_view file) : drafts_(std::move(drafts)), file_(file) {}

  Result<Pipeline> link() {
    for (std::size_t draft = 0; draft < drafts_.size(); ++draft) TRY(expand(draft));
    for (std::size_t draft = 0; draft < drafts_.size(); ++draft) TRY(resolve_needs(draft));
    TRY(refuse_cycles());
    for (const JobDraft& draft : drafts_) TRY(resolve_inputs(draft));
    return std::move(pipeline_);
  }

 private:
  [[nodiscard]] Error error(const JobDraft& draft, Position position, std::string_view what) const {
    const std::string job = fmt::format("job \"{}\"", draft.spec.name);
    return Error(std::string(what)).in(job).in(describe(file_, position));
  }

  Status expand(std::size_t number) {
    const JobDraft& draft = drafts_[number];
    std::size_t count = 1;
    for (const MatrixAxis& axis : draft.matrix) {
      count *= axis.values.size();
      if (count > kMaxJobs - std::min(kMaxJobs, pipeline_.jobs.size()))
        return std::unexpected(
            error(draft, draft.position, fmt::format("its matrix makes more than {} jobs", kMaxJobs)));
    }
    for (std::size_t index = 0; index < count; ++index) TRY(add(number, combination(draft, index, count)));
    return {};
  }

  /// The last axis turns fastest, as the digits of a number do.
  static JobSpec combination(const JobDraft& draft, std::size_t index, std::size_t count) {
    JobSpec job = draft.spec;
    std::vector<std::string> settings;
    for (const MatrixAxis& axis : draft.matrix) {
      count /= axis.values.size();
      const std::string& value = axis.values[index / count];
      index %= count;
      job.env[axis.name] = value;
      settings.push_back(fmt::format("{}={}", axis.name, value));
    }
    if (!settings.empty()) job.name = fmt::format("{} ({})", job.base_name, fmt::join(settings, ", "));
    return job;
  }

  Status add(std::size_t number, JobSpec job) {
    const JobDraft& draft = drafts_[number];
    const auto name = parse_job_name(job.name);
    if (!name) return std::unexpected(error(draft, draft.position, name.error().message()));
    const auto [other, is_new] = number_of_.emplace(job.name, pipeline_.jobs.size());
    if (!is_new)
      return std::unexpected(error(draft, draft.position, fmt::format("there is already a job \"{}\"", job.name)));
    members_[job.base_name].push_back(pipeline_.jobs.size());
    draft_of_.push_back(number);
    pipeline_.jobs.push_back(std::move(job));
    return {};
  }

  /// Numbers of the jobs that a name means: all of a matrix, or one.
  Result<std::vector<std::size_t>> resolve(const JobDraft& draft, const Reference& reference) const {
    if (const auto group = members_.find(reference.name); group != members_.end()) return group->second;
    if (const auto job = number_of_.find(reference.name); job != number_of_.end()) return std::vector{job->second};
    std::set<std::string> names;
    for (const JobSpec& job : pipeline_.jobs) names.insert({job.name, job.base_name});
    return std::unexpected(
        error(draft, reference.position,
              fmt::format("there is no job \"{}\"{}", reference.name, did_you_mean(reference.name, names))));
  }

  /// Job numbers of several references, each once, in order.
  Result<std::vector<std::size_t>> resolve_all(const JobDraft& draft, const std::vector<Reference>& references) const {
    std::vector<std::size_t> jobs;
    std::set<std::size_t> seen;
    for (const Reference& reference : references) {
      TRY_ASSIGN(const auto numbers, resolve(draft, reference));
      std::ranges::copy_if(numbers, std::back_inserter(jobs), [&](std::size_t job) { return seen.insert(job).second; });
    }
    return jobs;
  }

  [[nodiscard]] std::vector<std::string> names_of(const std::vector<std::size_t>& jobs) const {
    std::vector<std::string> names;
    names.reserve(jobs.size());
    for (const std::size_t job : jobs) names.push_back(pipeline_.jobs[job].name);
    return names;
  }

  Status resolve_needs(std::size_t number) {
    const JobDraft& draft = drafts_[number];
    for (const Reference& need : draft.needs) {
      TRY_ASSIGN(const auto jobs, resolve(draft, need));
      if (draft_of_[jobs.front()] == number) return std::unexpected(error(draft, need.position, "needs itself"));
    }
    TRY_ASSIGN(const auto needs, resolve_all(draft, draft.needs));
    needs_.push_back(needs);
    for (const std::size_t job : members_[draft.spec.base_name]) pipeline_.jobs[job].needs = names_of(needs);
    return {};
  }

  [[nodiscard]] const std::vector<std::size_t>& needs_of(std::size_t job) const { return needs_[draft_of_[job]]; }

  /// Takes away what can run until nothing is left, or only jobs on a cycle and those behind one.
  Status refuse_cycles() const {
    std::vector<std::size_t> waiting(pipeline_.jobs.size());
    std::vector<std::vector<std::size_t>> dependants(pipeline_.jobs.size());
    std::vector<std::size_t> free;
    for (std::size_t job = 0; job < waiting.size(); ++job) {
      waiting[job] = needs_of(job).size();
      for (const std::size_t need : needs_of(job)) dependants[need].push_back(job);
      if (waiting[job] == 0) free.push_back(job);
    }
    while (!free.empty()) {
      const std::size_t job = free.back();
      free.pop_back();
      for (const std::size_t dependant : dependants[job])
        if (--waiting[dependant] == 0) free.push_back(dependant);
    }
    const auto stuck = std::ranges::find_if(waiting, [](std::size_t count) { return count > 0; });
    if (stuck == waiting.end()) return {};
    return std::unexpected(cycle_from(static_cast<std::size_t>(stuck - waiting.begin()), waiting));
  }

  /// From a stuck job, the first stuck need again and again must come back to a job already seen.
  [[nodiscard]] Error cycle_from(std::size_t job, const std::vector<std::size_t>& waiting) const {
    std::vector<std::size_t> path;
    while (std::ranges::find(path, job) == path.end()) {
      path.push_back(job);
      job = *std::ranges::find_if(needs_of(job), [&](std::size_t need) { return waiting[need] > 0; });
    }
    path.erase(path.begin(), std::ranges::find(path, job));
    std::ranges::rotate(path, std::ranges::min_element(path));
    path.push_back(path.front());
    const JobDraft& draft = drafts_[draft_of_[path.front()]];
    return error(draft, draft.position,
                 fmt::format("the needs go round in a circle: {}", fmt::join(names_of(path), " -> ")));
  }

  Status resolve_inputs(const JobDraft& draft) {
    if (draft.inputs.empty()) return {};
    const std::vector<std::size_t>& members = members_[draft.spec.base_name];
    const std::set<std::size_t> needed = all_needed_by(members.front());
    for (const Reference& input : draft.inputs) {
      TRY_ASSIGN(const auto jobs, resolve(draft, input));
      if (!std::ranges::all_of(jobs, [&](std::size_t job) { return needed.contains(job); }))
        return std::unexpected(
            error(draft, input.position, fmt::format("takes input from \"{}\", which it does not need", input.name))
                .remedy(fmt::format("add \"{}\" to its needs", input.name)));
    }
    TRY_ASSIGN(const auto inputs, resolve_all(draft, draft.inputs));
    for (const std::size_t job : members) pipeline_.jobs[job].inputs = names_of(inputs);
    return {};
  }

  [[nodiscard]] std::set<std::size_t> all_needed_by(std::size_t job) const {
    std::set<std::size_t> needed;
    std::vector<std::size_t> open = needs_of(job);
    while (!open.empty()) {
      const std::size_t next = open.back();
      open.pop_back();
      if (needed.insert(next).second) open.insert(open.end(), needs_of(next).begin(), needs_of(next).end());
    }
    return needed;
  }

  std::vector<JobDraft> drafts_;
  std::string_view file_;
  Pipeline pipeline_;
  std::vector<std::size_t> draft_of_;                        ///< by job number
  std::vector<std::vector<std::size_t>> needs_;              ///< job numbers, by draft number
  std::map<std::string, std::size_t> number_of_;             ///< by full name
  std::map<std::string, std::vector<std::size_t>> members_;  ///< by name in the file
};

}  // namespace

Result<Pipeline> link_jobs(std::vector<JobDraft> drafts, std::string_view file) {
  return Linker(std::move(drafts), file).link();
}

}  // namespace hermetric
