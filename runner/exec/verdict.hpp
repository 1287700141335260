#pragma once

#include <optional>

#include "isolation/sandbox/sandbox.hpp"
#include "isolation/types/limits.hpp"
#include "isolation/types/outcome.hpp"
#include "isolation/types/usage.hpp"

namespace hermetric {

/// Why the runner ended a job, if it did; kDiskFull ends nothing, the kernel refused the job's writes.
enum class Intervention { kNone, kCancelled, kWallTime, kCpuTime, kOutputLimit, kDiskFull };

/// How the job ended, by DESIGN's order where several things hold: cancelled, then time, output or disk, memory,
/// signal, exit code. A job that exits 0 in spite of an OOM kill or a full disk has passed. Pure.
Outcome decide_outcome(const Ending& ending, Intervention intervention, const ResourceUsage& usage,
                       const Limits& limits);

/// What `hermetric exec` exits with. `interrupt` is the signal that cancelled the run, if one did.
int exit_code_of(const Outcome& outcome, std::optional<int> interrupt);

}  // namespace hermetric
