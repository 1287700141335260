#include "runner/compose/upcoming_jobs.hpp"

#include <utility>

namespace hermetric {
namespace {

/// Inputs are known when the jobs that make them have ended, and a job that waits for a failure most often never runs.
bool may_be_foreseen(const JobSpec& job) { return job.inputs.empty() && job.when != When::kFailed; }

}  // namespace

UpcomingJobs::UpcomingJobs(const Pipeline& pipeline, std::size_t window, Resolve resolve)
    : pipeline_(pipeline), window_(window), resolve_(std::move(resolve)) {
  for (std::size_t job = 0; job < pipeline.jobs.size(); ++job) {
    numbers_.emplace(pipeline.jobs[job].name, job);
    if (may_be_foreseen(pipeline.jobs[job])) waiting_.insert(waiting_.end(), job);
  }
}

void UpcomingJobs::gone(const std::string& job) {
  const std::size_t number = numbers_.at(job);
  const std::lock_guard lock(mutex_);
  waiting_.erase(number);
}

std::optional<std::size_t> UpcomingJobs::waiting_from(std::size_t job) const {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.lower_bound(job);
  return found == waiting_.end() ? std::nullopt : std::optional(*found);
}

std::vector<SandboxSpec> UpcomingJobs::next() {
  std::vector<SandboxSpec> next;
  std::map<std::size_t, std::optional<SandboxSpec>> needs;
  for (auto job = waiting_from(0); job && next.size() < window_; job = waiting_from(*job + 1)) {
    auto known = needs_.extract(*job);
    auto need = known ? std::move(known.mapped()) : resolve_(pipeline_.jobs[*job]);
    if (need && !known) need = need_of(*std::move(need));
    if (need) next.push_back(*need);
    needs.emplace(*job, std::move(need));
  }
  needs_ = std::move(needs);
  return next;
}

}  // namespace hermetric
