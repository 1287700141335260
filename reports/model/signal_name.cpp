#include "reports/model/signal_name.hpp"

#include <csignal>
#include <cstring>

namespace hermetric {

std::string signal_name(int signal) {
  if (const char* abbreviation = ::sigabbrev_np(signal)) return std::string("SIG") + abbreviation;
  if (signal == SIGRTMIN) return "SIGRTMIN";
  if (signal > SIGRTMIN && signal <= SIGRTMAX) return "SIGRTMIN+" + std::to_string(signal - SIGRTMIN);
  return "SIG" + std::to_string(signal);
}

std::optional<int> signal_number(std::string_view name) {
  for (int signal = 1; signal <= SIGRTMAX; ++signal)
    if (signal_name(signal) == name) return signal;
  return std::nullopt;
}

}  // namespace hermetric
