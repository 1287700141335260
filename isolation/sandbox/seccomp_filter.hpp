#pragma once

#include <linux/filter.h>

#include <span>
#include <string>

namespace hermetric {

/// A program for seccomp(2), SECCOMP_SET_MODE_FILTER.
using SeccompProgram = std::span<const sock_filter>;

/// The policy of confinement.hpp as a program, in two forms of the same length.
struct SyscallFilter {
  SeccompProgram plain;     ///< what is denied is answered by the kernel
  SeccompProgram counting;  ///< what counted_calls() names goes to a listener instead, seccomp_unotify(2)
};

/// Compiled when hermetric is built (write_seccomp_filters.cpp): libseccomp takes 0.3 ms for it.
const SyscallFilter& syscall_filter(bool nested);

/// Puts the calling thread under the filter, as a job is: without slowing it for speculation. What seccomp(2) returns.
long load_syscall_filter(SeccompProgram instructions, unsigned flags = 0);

/// "keyctl"; a number that libseccomp does not know is said as one.
std::string syscall_name(int number);

}  // namespace hermetric
