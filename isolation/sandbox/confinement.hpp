#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "isolation/process/child.hpp"

/// What a job may ask of the kernel, as data: compiled by seccomp_filter, put into steps by plan_builder.
namespace hermetric {

/// Holds for calls whose argument `index`, of which the kernel reads 32 bits, is `value` under `mask`.
struct ArgumentMatch {
  unsigned index = 0;
  std::uint32_t mask = 0;
  std::uint32_t value = 0;
};

/// One system call that is answered with `error` instead of being made: ENOSYS or EAFNOSUPPORT where programs then
/// try another way, EPERM otherwise.
struct SyscallRule {  // NOLINT(clang-analyzer-optin.performance.Padding): in the order of the table's columns
  int number = 0;
  int error = 0;
  bool allowed_if_nested = false;
  std::optional<ArgumentMatch> only = std::nullopt;
  bool routine = false;  ///< every program tries it and then goes another way: not counted as denied
};

std::span<const SyscallRule> denied_syscalls();

/// What is counted when it is denied, each call once: those of denied_syscalls() that are not routine, and
/// personality(2). Not counted: other ABIs and unknown numbers, which have no name.
std::span<const CountedCall> counted_calls();

/// Numbers above it are answered with ENOSYS: what a later kernel adds has not been judged. file_setattr of Linux 6.17.
inline constexpr std::uint32_t kHighestSyscall = 469;

/// All that a job may set by personality(2): UNAME26, ADDR_NO_RANDOMIZE (debuggers, ThreadSanitizer) and PER_LINUX32.
inline constexpr std::uint32_t kPersonalityBits = 0x0060008;

/// The bounding set of a job whose ids inside are `uid`, one bit for each of capabilities(7): what containers commonly
/// grant root and CAP_SYS_PTRACE for debuggers; with `nested` CAP_SYS_ADMIN as well; nothing for other users.
std::uint64_t job_capabilities(std::uint32_t uid, bool nested);

}  // namespace hermetric
