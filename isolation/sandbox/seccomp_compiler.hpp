#pragma once

#include <linux/filter.h>

#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

using Instructions = std::vector<sock_filter>;

/// What SyscallFilter of seccomp_filter.hpp is made of.
struct CompiledFilter {
  Instructions plain, counting;
};

/// The policy of confinement.hpp as programs, by libseccomp: a binary tree over the numbers, so that what is allowed
/// whatever its arguments costs a job nothing (the kernel looks such calls up in a bitmap since 5.11).
/// Other ABIs of the processor (32-bit, x32) and unknown numbers are answered with ENOSYS.
Result<CompiledFilter> compile_syscall_filter(bool nested);

}  // namespace hermetric
