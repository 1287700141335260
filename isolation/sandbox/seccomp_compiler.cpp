#include "isolation/sandbox/seccomp_compiler.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>

#include "isolation/sandbox/confinement.hpp"
#include "isolation/sys/fd.hpp"

namespace hermetric {
namespace {

constexpr std::uint32_t kBinaryTree = 2;  // seccomp_attr_set(3), SCMP_FLTATR_CTL_OPTIMIZE
constexpr std::uint32_t kMinusOne = ~0U;

using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

std::unexpected<Error> failed(const std::string& call, int negative_errno) {
  return std::unexpected(Error::system(call, "", -negative_errno).in("system call filter"));
}

constexpr std::uint32_t answer(int error) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error); }
/// Of a denial that is counted: stands for itself in no program.
constexpr std::uint32_t counted(int error) { return SECCOMP_RET_TRACE | static_cast<std::uint32_t>(error); }

/// What libseccomp cannot say: other ABIs whatever the number, numbers above one, and "no bit but these".
constexpr std::array kHead = {
    sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
    sock_filter BPF_STMT(BPF_RET | BPF_K, answer(ENOSYS)),
    sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, kHighestSyscall, 0, 3),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kMinusOne, 0, 1),  // a tracer has answered the call: seccomp(2)
    sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    sock_filter BPF_STMT(BPF_RET | BPF_K, answer(ENOSYS)),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_personality, 0, 5),
    sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kMinusOne, 1, 0),  // only asks
    sock_filter BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, ~kPersonalityBits, 1, 0),
    sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    sock_filter BPF_STMT(BPF_RET | BPF_K, counted(EPERM)),
};

Status add_rules(const Context& context, bool nested) {
  for (const SyscallRule& rule : denied_syscalls()) {
    if (nested && rule.allowed_if_nested) continue;
    const ArgumentMatch match = rule.only.value_or(ArgumentMatch{});
    const scmp_arg_cmp comparison{match.index, SCMP_CMP_MASKED_EQ, match.mask, match.value};
    const int result = seccomp_rule_add_array(context.get(), rule.routine ? answer(rule.error) : counted(rule.error),
                                              rule.number, rule.only ? 1 : 0, &comparison);
    if (result < 0) return failed("seccomp_rule_add for call " + std::to_string(rule.number), result);
  }
  return {};
}

/// libseccomp 2.5 can only write its program to a file.
Result<Instructions> exported(const Context& context) {
  const Fd file(::memfd_create("seccomp", MFD_CLOEXEC));
  if (!file.valid()) return failed("memfd_create", -errno);
  if (const int result = seccomp_export_bpf(context.get(), file.get()); result < 0)
    return failed("seccomp_export_bpf", result);
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  Instructions program(kHead.begin(), kHead.end());
  program.resize(kHead.size() + static_cast<std::size_t>(size) / sizeof(sock_filter));
  if (::pread(file.get(), &program[kHead.size()], static_cast<std::size_t>(size), 0) != size)
    return failed("pread", -errno);
  return program;
}

/// The programs that `marked` stands for.
CompiledFilter settled(const Instructions& marked) {
  CompiledFilter filter{marked, marked};
  for (std::size_t i = 0; i < marked.size(); ++i) {
    if (marked[i].code != (BPF_RET | BPF_K) || (marked[i].k & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_TRACE) continue;
    filter.plain[i].k = answer(static_cast<int>(marked[i].k & SECCOMP_RET_DATA));
    filter.counting[i].k = SECCOMP_RET_USER_NOTIF;
  }
  return filter;
}

}  // namespace

Result<CompiledFilter> compile_syscall_filter(bool nested) {
  const Context context(seccomp_init(SCMP_ACT_ALLOW), seccomp_release);
  if (!context) return failed("seccomp_init", -ENOMEM);
  if (const int result = seccomp_attr_set(context.get(), SCMP_FLTATR_API_SYSRAWRC, 1); result < 0)
    return failed("seccomp_attr_set", result);
  if (const int result = seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, kBinaryTree); result < 0)
    return failed("seccomp_attr_set", result);
  TRY(add_rules(context, nested));
  TRY_ASSIGN(const Instructions marked, exported(context));
  return settled(marked);
}

}  // namespace hermetric
