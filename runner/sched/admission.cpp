#include "runner/sched/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hermetric {
namespace {

std::uint64_t millicpus(double cpus) { return static_cast<std::uint64_t>(std::llround(cpus * 1000)); }

/// Sums of three shares stay below 2^64, also where "all memory" is written as the largest number.
std::uint64_t memory_share(Bytes memory) { return std::min(memory.count, std::uint64_t{1} << 61); }

Share smallest_of(const std::vector<Share>& demands) {
  Share smallest = demands.empty() ? Share{} : demands.front();
  for (const Share& demand : demands) {
    smallest.millicpus = std::min(smallest.millicpus, demand.millicpus);
    smallest.memory = std::min(smallest.memory, demand.memory);
  }
  return smallest;
}

}  // namespace

Share& Share::operator+=(const Share& other) {
  jobs += other.jobs;
  millicpus += other.millicpus;
  memory += other.memory;
  return *this;
}

Share& Share::operator-=(const Share& other) {
  jobs -= other.jobs;
  millicpus -= other.millicpus;
  memory -= other.memory;
  return *this;
}

bool Share::fits_in(const Share& whole) const {
  return jobs <= whole.jobs && millicpus <= whole.millicpus && memory <= whole.memory;
}

Share share_of(const Capacity& capacity, unsigned max_jobs) {
  return {.jobs = max_jobs, .millicpus = millicpus(capacity.cpus), .memory = memory_share(capacity.memory)};
}

Share demand_of(const JobSpec& job, const Capacity& capacity) {
  double cpus = job.limits.cpus.value_or(std::min(1.0, capacity.cpus));
  if (job.exclusive_cores || capacity.whole_cores)
    cpus = static_cast<double>(cores_of(job, capacity) * capacity.threads_per_core);
  return {.jobs = 1, .millicpus = millicpus(cpus), .memory = memory_share(job.limits.memory.value_or(Bytes{}))};
}

std::size_t cores_of(const JobSpec& job, const Capacity& capacity) {
  if (job.exclusive_cores) return *job.exclusive_cores;
  const std::uint64_t core = millicpus(capacity.threads_per_core);
  return (millicpus(job.limits.cpus.value_or(1)) + core - 1) / core;
}

Status check_capacity(const Pipeline& pipeline, const Capacity& capacity) {
  const auto too_much = [](const JobSpec& job, std::string_view cap, std::string_view remedy) {
    return std::unexpected(Error(fmt::format("job \"{}\": {}", job.name, cap)).remedy(remedy));
  };
  for (const JobSpec& job : pipeline.jobs) {
    if (const auto cpus = job.limits.cpus; cpus && *cpus > capacity.cpus)
      return too_much(job, fmt::format("cpus {} is more than the {} this host has", *cpus, capacity.cpus),
                      "lower `cpus`");
    const double all_cores = capacity.cpus / capacity.threads_per_core;
    if (const auto cores = job.exclusive_cores; cores && static_cast<double>(*cores) > all_cores)
      return too_much(job, fmt::format("exclusive_cores {} is more than the {} this host has", *cores, all_cores),
                      "lower `exclusive_cores`");
    if (const auto memory = job.limits.memory; memory && *memory > capacity.memory)
      return too_much(
          job, fmt::format("memory {} is more than the {} bytes this host has", memory->count, capacity.memory.count),
          "lower `memory`");
  }
  return {};
}

Admission::Admission(const Share& whole, std::vector<Share> demands)
    : whole_(whole), demands_(std::move(demands)), smallest_(smallest_of(demands_)) {}

std::optional<std::size_t> Admission::admit(const std::set<std::size_t>& ready) {
  if (ready.empty() || !(used_ + smallest_).fits_in(whole_)) return std::nullopt;
  if (reserved_ && ready.contains(*reserved_) && may_start(*reserved_)) return take(*reserved_);
  for (const std::size_t job : ready) {
    if (may_start(job)) return take(job);
    if (!reserved_) reserved_ = job;
  }
  return std::nullopt;
}

bool Admission::may_start(std::size_t job) const {
  const Share& demand = demands_[job];
  if (!(used_ + demand).fits_in(whole_)) return false;
  return !reserved_ || job == *reserved_ || (passed_ + demand + demands_[*reserved_]).fits_in(whole_);
}

std::size_t Admission::take(std::size_t job) {
  used_ += demands_[job];
  if (reserved_ == job) {
    reserved_.reset();
    passing_.clear();
    passed_ = {};
  } else if (reserved_) {
    passing_.insert(job);
    passed_ += demands_[job];
  }
  return job;
}

void Admission::release(std::size_t job) {
  used_ -= demands_[job];
  if (passing_.erase(job) > 0) passed_ -= demands_[job];
}

}  // namespace hermetric
