#include "runner/job/select_jobs.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>

#include "runner/job/nearest_name.hpp"

namespace hermetric {

Result<Pipeline> select_jobs(const Pipeline& pipeline, const std::vector<std::string>& names) {
  if (names.empty()) return pipeline;
  std::map<std::string_view, const JobSpec*> by_name;
  std::multimap<std::string_view, const JobSpec*> by_base;
  std::set<std::string_view> known;
  for (const JobSpec& job : pipeline.jobs) {
    by_name.emplace(job.name, &job);
    by_base.emplace(job.base_name, &job);
    known.insert({job.name, job.base_name});
  }

  std::vector<const JobSpec*> open;
  for (const std::string& name : names) {
    if (!known.contains(name))
      return std::unexpected(Error(fmt::format("--job: there is no job \"{}\"{}", name, did_you_mean(name, known))));
    const auto [first, last] = by_base.equal_range(name);
    for (auto member = first; member != last; ++member) open.push_back(member->second);
    if (first == last) open.push_back(by_name.at(name));
  }
  std::set<const JobSpec*> chosen;
  while (!open.empty()) {
    const JobSpec* job = open.back();
    open.pop_back();
    if (!chosen.insert(job).second) continue;
    for (const std::string& need : job->needs) open.push_back(by_name.at(need));
  }

  Pipeline selected;
  for (const JobSpec& job : pipeline.jobs)
    if (chosen.contains(&job)) selected.jobs.push_back(job);
  return selected;
}

}  // namespace hermetric
