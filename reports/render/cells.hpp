#pragma once

#include <string>

#include "isolation/types/measured.hpp"
#include "isolation/types/outcome.hpp"
#include "reports/render/terminal.hpp"

namespace hermetric {

/// How a job ended, in full: "passed", "failed (2)", "signaled (SIGSEGV)", "timed out (SIGKILL)".
std::string outcome_text(const Outcome& outcome);

/// The same for a narrow column: "passed", "failed (2)", "SIGSEGV", "timed out".
std::string outcome_cell(const Outcome& outcome);

Colour colour_of(OutcomeStatus status);

/// A figure for people; "-" when it is unknown.
std::string duration_cell(const Measured& usec);
std::string bytes_cell(const Measured& bytes);
std::string count_cell(const Measured& count);

}  // namespace hermetric
