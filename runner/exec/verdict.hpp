#pragma once

#include <optional>

#include "isolation/sandbox/sandbox.hpp"
#include "isolation/types/limits.hpp"
#include "isolation/types/outcome.hpp"
#include "isolation/types/usage.hpp"

namespace hermetric {

/// Why the runner ended a job, if it did.
enum class Intervention { kNone, kCancelled, kWallTime, kOutputLimit };

/// How the job ended, by DESIGN's order where several things hold: cancelled, then time or output, memory, signal, exit
/// code. Pure.
Outcome decide_outcome(const Ending& ending, Intervention intervention, const ResourceUsage& usage,
                       const Limits& limits);

/// What `hermetric exec` exits with. `interrupt` is the signal that cancelled the run, if one did.
int exit_code_of(const Outcome& outcome, std::optional<int> interrupt);

}  // namespace hermetric
