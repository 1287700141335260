#pragma once

#include <linux/filter.h>

#include <mutex>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// A program for seccomp(2), SECCOMP_SET_MODE_FILTER.
using SeccompProgram = std::vector<sock_filter>;

/// The policy of confinement.hpp as a program: a binary tree over the numbers, so that what is allowed whatever its
/// arguments costs a job nothing (the kernel looks such calls up in a bitmap since 5.11).
/// Other ABIs of the processor (32-bit, x32) and unknown numbers are answered with ENOSYS.
Result<SeccompProgram> compile_seccomp_program(bool nested);

/// Each program compiled once, when it is first asked for. Thread-safe.
class SeccompPrograms {
 public:
  /// Valid as long as this object.
  Result<const SeccompProgram*> program(bool nested);

 private:
  std::mutex mutex_;
  SeccompProgram plain_, nested_;
};

}  // namespace hermetric
