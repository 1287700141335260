#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hermetric {

/// "SIGKILL", "SIGRTMIN+3"; "SIG32" for the numbers that signal(7) leaves without a name.
std::string signal_name(int signal);

/// The inverse of signal_name(), or nothing.
std::optional<int> signal_number(std::string_view name);

}  // namespace hermetric
