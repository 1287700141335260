#include "runner/compose/upcoming_jobs.hpp"

#include <utility>

namespace hermetric {
namespace {

/// Inputs are known when the jobs that make them have ended, and a job that waits for a failure most often never runs.
bool may_be_foreseen(const JobSpec& job) { return job.inputs.empty() && job.when != When::kFailed; }

}  // namespace

UpcomingJobs::UpcomingJobs(const Pipeline& pipeline, std::size_t window, Resolve resolve, Tell tell)
    : pipeline_(pipeline), window_(window), resolve_(std::move(resolve)), tell_(std::move(tell)) {
  for (std::size_t job = 0; job < pipeline.jobs.size(); ++job) {
    numbers_.emplace(pipeline.jobs[job].name, job);
    if (may_be_foreseen(pipeline.jobs[job])) waiting_.insert(waiting_.end(), job);
  }
}

void UpcomingJobs::gone(const std::string& job) {
  const std::size_t number = numbers_.at(job);
  const std::lock_guard lock(mutex_);
  waiting_.erase(number);
  needs_.erase(number);
  std::vector<SandboxSpec> next;
  for (auto each = waiting_.begin(); each != waiting_.end() && next.size() < window_;) {
    auto known = needs_.find(*each);
    if (known == needs_.end())
      if (auto spec = resolve_(pipeline_.jobs[*each])) known = needs_.emplace(*each, need_of(*std::move(spec))).first;
    if (known == needs_.end()) {
      each = waiting_.erase(each);
      continue;
    }
    next.push_back(known->second);
    ++each;
  }
  tell_(std::move(next));
}

}  // namespace hermetric
