#pragma once

#include <string>
#include <utility>

#include "bench/support.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric::bench {

/// The job that suites run: a program that does nothing, in a workspace, with the caps of an ordinary job.
inline JobSpec bench_job(const WorkDirectory& work, std::string name = "bench") {
  JobSpec job;
  job.name = std::move(name);
  job.command = {work.program()};
  job.workspace = work.path();
  job.limits.memory = mebibytes(512);
  job.limits.pids = 4096;
  job.sample = Duration::zero();
  return job;
}

}  // namespace hermetric::bench
