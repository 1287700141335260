#pragma once

#include <string>

namespace hermetric {

/// Whether fewer tasks could run at this moment than there are CPUs online: what is begun now takes no time from
/// anybody. False if the kernel does not tell.
bool a_cpu_is_idle(const std::string& loadavg = "/proc/loadavg");

}  // namespace hermetric
