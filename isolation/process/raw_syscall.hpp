#pragma once

#include <linux/sched.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>
#include <ctime>

/// System calls without libc, for code that runs in a child sharing its maker's memory: libc's wrappers write errno,
/// which lives in the maker's thread-local storage. A negative return is -errno, as the kernel gives it (syscall(2)).
namespace hermetric::raw {

#if defined(__x86_64__)

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  long result = 0;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

/// clone3(2) whose child calls entry(argument) on the stack named in `args` and must not return from it.
inline long clone3(clone_args* args, void (*entry)(void*), void* argument) {
  long result = 0;
  register auto r12 asm("r12") = entry;
  register auto r13 asm("r13") = argument;
  asm volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "movq %%r13, %%rdi\n\t"
      "callq *%%r12\n\t"
      "ud2\n\t"
      "1:"
      : "=a"(result)
      : "a"(__NR_clone3), "D"(args), "S"(sizeof(clone_args)), "r"(r12), "r"(r13)
      : "rcx", "r11", "memory");
  return result;
}

#else
#error "hermetric runs on x86_64 only: raw_syscall.hpp holds the two routines another architecture needs"
#endif

/// An address as an argument.
template <typename T>
long word(T* pointer) {
  return reinterpret_cast<long>(pointer);
}

/// What the kernel calls the size of a signal set.
inline constexpr long kSignalSetSize = 8;

inline std::uint64_t nanoseconds(clockid_t clock) {
  timespec time{};
  call(SYS_clock_gettime, clock, word(&time));
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

inline std::uint64_t now() { return nanoseconds(CLOCK_MONOTONIC); }

[[noreturn]] inline void leave(int code) {
  for (;;) call(SYS_exit_group, code);
}

}  // namespace hermetric::raw
