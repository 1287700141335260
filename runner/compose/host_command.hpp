#pragma once

#include <string>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

enum class Complaints { kShown, kDropped };

/// Runs a command on the host, unsealed and unmeasured, in the current directory: stdin is empty, stdout is dropped,
/// stderr is hermetric's own or dropped as well. Error: it could not be started, or did not exit with 0.
Status run_on_host(const std::vector<std::string>& words, Complaints complaints = Complaints::kShown);

}  // namespace hermetric
