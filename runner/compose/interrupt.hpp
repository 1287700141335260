#pragma once

#include <optional>

#include "isolation/sys/event.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// From the first call on SIGINT, SIGTERM and SIGHUP do not end the process but set the returned event, and SIGPIPE is
/// ignored (a write fails instead). Lives as long as the process.
Result<const Event*> catch_interrupts();

/// The signal that set the event.
std::optional<int> caught_interrupt();

}  // namespace hermetric
