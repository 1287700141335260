#include "reports/render/cells.hpp"

#include <algorithm>

#include "reports/model/signal_name.hpp"
#include "reports/render/units.hpp"

namespace hermetric {
namespace {

std::string words_of(OutcomeStatus status) {
  std::string words(name_of(status));
  std::ranges::replace(words, '_', ' ');
  return words;
}

}  // namespace

std::string outcome_text(const Outcome& outcome) {
  std::string status = words_of(outcome.status);
  if (outcome.signal) return status + " (" + signal_name(*outcome.signal) + ")";
  if (outcome.exit_code.value_or(0) != 0) return status + " (" + std::to_string(*outcome.exit_code) + ")";
  return status;
}

std::string outcome_cell(const Outcome& outcome) {
  if (outcome.status == OutcomeStatus::kSignaled && outcome.signal) return signal_name(*outcome.signal);
  if (outcome.status == OutcomeStatus::kFailed) return outcome_text(outcome);
  return words_of(outcome.status);
}

Colour colour_of(OutcomeStatus status) {
  switch (status) {
    case OutcomeStatus::kPassed: return Colour::kGreen;
    case OutcomeStatus::kSkipped:
    case OutcomeStatus::kCancelled: return Colour::kYellow;
    default: return Colour::kRed;
  }
}

std::string duration_cell(const Measured& usec) {
  return usec.known() ? format_duration(Duration(static_cast<Duration::rep>(*usec.value))) : "-";
}

std::string bytes_cell(const Measured& bytes) { return bytes.known() ? format_bytes({*bytes.value}) : "-"; }

std::string count_cell(const Measured& count) { return count.known() ? format_count(*count.value) : "-"; }

}  // namespace hermetric
