#pragma once

#include <linux/filter.h>

#include <mutex>
#include <string>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// A program for seccomp(2), SECCOMP_SET_MODE_FILTER.
using SeccompProgram = std::vector<sock_filter>;

/// The policy of confinement.hpp as a program, in two forms of the same length.
struct SyscallFilter {
  SeccompProgram plain;     ///< what is denied is answered by the kernel
  SeccompProgram counting;  ///< what counted_calls() names goes to a listener instead, seccomp_unotify(2)
};

/// The policy as programs: a binary tree over the numbers, so that what is allowed whatever its
/// arguments costs a job nothing (the kernel looks such calls up in a bitmap since 5.11).
/// Other ABIs of the processor (32-bit, x32) and unknown numbers are answered with ENOSYS.
Result<SyscallFilter> compile_syscall_filter(bool nested);

/// "keyctl"; a number that libseccomp does not know is said as one.
std::string syscall_name(int number);

/// Each filter compiled once, when it is first asked for. Thread-safe.
class SyscallFilters {
 public:
  /// Valid as long as this object.
  Result<const SyscallFilter*> filter(bool nested);

 private:
  std::mutex mutex_;
  SyscallFilter strict_, nested_;
};

}  // namespace hermetric
