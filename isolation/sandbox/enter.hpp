#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "isolation/sandbox/ledger.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// The job's root process of a running cell, in this process's PID namespace: the first child of its init.
Result<pid_t> job_process_of(pid_t init);

/// Runs `argv` inside a running cell, in its namespaces and its groups, with the job's environment, ids and working
/// directory, and returns its exit code (128+N for signal N, 126 and 127 as a shell). Turns the calling process into
/// one of the cell's world: call it last, from a process with a single thread. What it runs is counted as the job's.
/// Waits for a job that is being made.
Result<int> enter_cell(const LedgerRecord& cell, const std::vector<std::string>& argv);

}  // namespace hermetric
