#include "isolation/sandbox/seccomp_filter.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "isolation/sandbox/confinement.hpp"

namespace hermetric {
namespace {

constexpr std::uint32_t kX32Bit = 0x40000000;
constexpr std::uint64_t kRubbish = 0xdeadbeef00000000;  // the kernel reads 32 bits of such arguments

/// What the kernel would do: the part of its interpreter that seccomp programs may use.
std::uint32_t run(SeccompProgram program, const seccomp_data& call) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& step = program[at];
    const auto jump = [&](bool yes) { at += yes ? step.jt : step.jf; };
    switch (step.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&call) + step.k, sizeof accumulator);
        break;
      case BPF_ALU | BPF_AND | BPF_K: accumulator &= step.k; break;
      case BPF_JMP | BPF_JA: at += step.k; break;
      case BPF_JMP | BPF_JEQ | BPF_K: jump(accumulator == step.k); break;
      case BPF_JMP | BPF_JGT | BPF_K: jump(accumulator > step.k); break;
      case BPF_JMP | BPF_JGE | BPF_K: jump(accumulator >= step.k); break;
      case BPF_JMP | BPF_JSET | BPF_K: jump((accumulator & step.k) != 0); break;
      case BPF_RET | BPF_K: return step.k;
      default: ADD_FAILURE() << "instruction " << at << " has code " << step.code; return 0;
    }
  }
  ADD_FAILURE() << "the program has no end";
  return 0;
}

constexpr std::uint32_t errno_action(int error) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error); }

class SeccompFilter : public ::testing::Test {
 protected:
  std::uint32_t answer(std::int64_t number, unsigned index = 0, std::uint64_t value = 0, bool nested = false,
                       std::uint32_t arch = AUDIT_ARCH_X86_64) const {
    seccomp_data call{};
    call.nr = static_cast<int>(number);
    call.arch = arch;
    call.args[index] = value;
    return run(syscall_filter(nested).plain, call);
  }
  const SyscallFilter& strict_ = syscall_filter(false);
};

TEST_F(SeccompFilter, AnswersWhatTheTableDenies) {
  ASSERT_FALSE(denied_syscalls().empty());
  for (const SyscallRule& rule : denied_syscalls()) {
    const ArgumentMatch match = rule.only.value_or(ArgumentMatch{});
    for (const std::uint64_t upper_half : {std::uint64_t{0}, kRubbish}) {
      const std::uint64_t value = upper_half | match.value;
      EXPECT_EQ(answer(rule.number, match.index, value), errno_action(rule.error)) << "call " << rule.number;
      EXPECT_EQ(answer(rule.number, match.index, value, true),
                rule.allowed_if_nested ? SECCOMP_RET_ALLOW : errno_action(rule.error))
          << "call " << rule.number;
    }
  }
}

TEST_F(SeccompFilter, AllowsEveryOtherCall) {
  std::set<std::int64_t> denied = {};
  for (const SyscallRule& rule : denied_syscalls())
    if (!rule.only) denied.insert(rule.number);
  for (std::int64_t number = 0; number <= kHighestSyscall; ++number)
    EXPECT_EQ(answer(number) == SECCOMP_RET_ALLOW, !denied.contains(number)) << "call " << number;
  EXPECT_EQ(answer(SYS_ptrace), SECCOMP_RET_ALLOW) << "debuggers";
  EXPECT_EQ(answer(SYS_process_vm_readv), SECCOMP_RET_ALLOW) << "debuggers";
}

TEST_F(SeccompFilter, LooksOnlyAtTheFlagsThatMatter) {
  EXPECT_EQ(answer(SYS_clone, 0, CLONE_VM | CLONE_VFORK | 17), SECCOMP_RET_ALLOW);
  EXPECT_EQ(answer(SYS_clone, 0, CLONE_NEWUSER | CLONE_NEWNS | 17), errno_action(EPERM));
  EXPECT_EQ(answer(SYS_unshare, 0, CLONE_FILES), SECCOMP_RET_ALLOW);
  EXPECT_EQ(answer(SYS_unshare, 0, CLONE_NEWUSER | CLONE_NEWNET), errno_action(EPERM));
  EXPECT_EQ(answer(SYS_ioctl, 1, TCGETS), SECCOMP_RET_ALLOW);
  EXPECT_EQ(answer(SYS_ioctl, 0, TIOCSTI), SECCOMP_RET_ALLOW) << "a descriptor of that number";
}

TEST_F(SeccompFilter, LeavesFiveSocketFamilies) {
  const std::set<std::uint64_t> known = {1, 2, 10, 16, 17};  // unix, inet, inet6, netlink, packet
  for (std::uint64_t family = 1; family < 64; ++family)
    EXPECT_EQ(answer(SYS_socket, 0, family), known.contains(family) ? SECCOMP_RET_ALLOW : errno_action(EAFNOSUPPORT))
        << "family " << family;
}

TEST_F(SeccompFilter, KnowsNoOtherAbiOfTheProcessor) {
  for (std::int64_t number = 0; number <= kHighestSyscall; ++number) {
    EXPECT_EQ(answer(number, 0, 0, false, AUDIT_ARCH_I386), errno_action(ENOSYS)) << "call " << number;
    EXPECT_EQ(answer(number | kX32Bit), errno_action(ENOSYS)) << "call " << number;
    EXPECT_EQ(answer(number | kX32Bit, 0, 0, true), errno_action(ENOSYS)) << "call " << number;
  }
}

TEST_F(SeccompFilter, KnowsNoCallOfLaterKernels) {
  for (const std::int64_t number :
       {std::int64_t{kHighestSyscall} + 1, std::int64_t{1000}, std::int64_t{0x7fffffff}, std::int64_t{-2}})
    EXPECT_EQ(answer(number), errno_action(ENOSYS)) << "call " << number;
  EXPECT_EQ(answer(-1), SECCOMP_RET_ALLOW) << "the kernel's sign for a call that a tracer has answered";
}

TEST_F(SeccompFilter, LetsSetOnlyHarmlessPersonalities) {
  for (const std::uint64_t harmless : {std::uint64_t{0}, std::uint64_t{PER_LINUX32}, std::uint64_t{ADDR_NO_RANDOMIZE},
                                       std::uint64_t{UNAME26}, std::uint64_t{0xffffffff}})
    EXPECT_EQ(answer(SYS_personality, 0, harmless), SECCOMP_RET_ALLOW) << harmless;
  for (const std::uint64_t harmful :
       {std::uint64_t{READ_IMPLIES_EXEC}, std::uint64_t{MMAP_PAGE_ZERO}, std::uint64_t{PER_BSD},
        std::uint64_t{ADDR_COMPAT_LAYOUT} | ADDR_NO_RANDOMIZE, std::uint64_t{0xfffffffe}})
    EXPECT_EQ(answer(SYS_personality, 0, harmful), errno_action(EPERM)) << harmful;
}

TEST_F(SeccompFilter, IsSmallEnoughForTheKernel) { EXPECT_LE(strict_.plain.size(), std::size_t{BPF_MAXINSNS}); }

TEST_F(SeccompFilter, HandsToItsListenerWhatIsCountedAndAnswersTheRestAlike) {
  const auto counted = counted_calls();
  ASSERT_EQ(strict_.counting.size(), strict_.plain.size());
  for (std::int64_t number = -2; number <= kHighestSyscall + 1; ++number) {
    seccomp_data call{};
    call.nr = static_cast<int>(number);
    call.arch = AUDIT_ARCH_X86_64;
    for (const std::uint64_t argument : {std::uint64_t{0}, std::uint64_t{AF_VSOCK}, std::uint64_t{CLONE_NEWUSER}}) {
      call.args[0] = argument;
      const std::uint32_t plain = run(strict_.plain, call);
      const auto entry = std::ranges::find(counted, call.nr, &CountedCall::number);
      const bool goes_to_listener = plain != SECCOMP_RET_ALLOW && entry != counted.end();
      EXPECT_EQ(run(strict_.counting, call), goes_to_listener ? SECCOMP_RET_USER_NOTIF : plain) << "call " << number;
      if (!goes_to_listener) continue;
      EXPECT_EQ(plain, errno_action(entry->error)) << "call " << number;
    }
  }
}

TEST(CountedCalls, AreEachOnceAndNotWhatEveryProgramTries) {
  std::set<std::int32_t> numbers;
  for (const CountedCall& call : counted_calls()) EXPECT_TRUE(numbers.insert(call.number).second) << call.number;
  EXPECT_LE(numbers.size(), kMostCountedCalls);
  EXPECT_TRUE(numbers.contains(SYS_keyctl) && numbers.contains(SYS_personality) && numbers.contains(SYS_socket));
  EXPECT_FALSE(numbers.contains(SYS_clone3));
}

TEST(SyscallName, IsTheCallsOrItsNumber) {
  EXPECT_EQ(syscall_name(SYS_keyctl), "keyctl");
  EXPECT_EQ(syscall_name(10'000), "system call 10000");
}

TEST(JobCapabilities, AreNoneButForRoot) {
  EXPECT_EQ(job_capabilities(1000, false), 0U);
  EXPECT_EQ(job_capabilities(1000, true), 0U);
  const std::uint64_t root = job_capabilities(0, false);
  EXPECT_NE(root & (1U << CAP_SYS_PTRACE), 0U);
  for (const int capability :
       {CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_TIME, CAP_SYSLOG, CAP_BPF})
    EXPECT_EQ(root & (std::uint64_t{1} << capability), 0U) << capability;
  EXPECT_NE(job_capabilities(0, true) & (1U << CAP_SYS_ADMIN), 0U);
}

}  // namespace
}  // namespace hermetric
