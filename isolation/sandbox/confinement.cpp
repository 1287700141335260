#include "isolation/sandbox/confinement.hpp"

#include <linux/capability.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <iterator>

namespace hermetric {
namespace {

constexpr int kOpenTreeAttr = 467;  // Linux 6.15
constexpr std::uint32_t kAllBits = ~0U;
constexpr bool kNestedMay = true;
constexpr bool kRoutine = true;

constexpr ArgumentMatch with_flag(unsigned index, std::uint32_t flag) { return {index, flag, flag}; }
constexpr ArgumentMatch equal(unsigned index, std::uint32_t value) { return {index, kAllBits, value}; }
/// Socket families `first` to `first + count - 1`; count is a power of two and divides `first`.
constexpr ArgumentMatch families(std::uint32_t first, std::uint32_t count) { return {0, ~(count - 1), first}; }

constexpr SyscallRule kDenied[] = {
    // Keyrings are not namespaced: a job would share its host id's with other jobs, and outlive itself in them.
    {SYS_add_key, ENOSYS},
    {SYS_request_key, ENOSYS},
    {SYS_keyctl, ENOSYS},
    // Ways into the kernel that go round this filter or held many of its holes.
    {SYS_io_uring_setup, ENOSYS},
    {SYS_io_uring_enter, ENOSYS},
    {SYS_io_uring_register, ENOSYS},
    {SYS_userfaultfd, ENOSYS},
    {SYS_bpf, EPERM},
    {SYS_perf_event_open, EPERM},
    {SYS_fanotify_init, EPERM},
    {SYS_lookup_dcookie, ENOSYS},
    // The view is made; with user namespaces of its own a job would reach kernel code meant for root.
    {SYS_mount, EPERM, kNestedMay},
    {SYS_umount2, EPERM, kNestedMay},
    {SYS_pivot_root, EPERM, kNestedMay},
    {SYS_fsopen, ENOSYS, kNestedMay},
    {SYS_fsconfig, ENOSYS, kNestedMay},
    {SYS_fsmount, ENOSYS, kNestedMay},
    {SYS_fspick, ENOSYS, kNestedMay},
    {SYS_move_mount, ENOSYS, kNestedMay},
    {SYS_open_tree, ENOSYS, kNestedMay},
    {SYS_mount_setattr, ENOSYS, kNestedMay},
    {kOpenTreeAttr, ENOSYS, kNestedMay},
    {SYS_setns, EPERM, kNestedMay},
    {SYS_unshare, EPERM, kNestedMay, with_flag(0, CLONE_NEWUSER)},
    {SYS_clone, EPERM, kNestedMay, with_flag(0, CLONE_NEWUSER)},
    {SYS_clone3,
     ENOSYS,
     kNestedMay,
     {},
     kRoutine},  // its flags lie in memory, out of a filter's sight; libc falls back to clone
    // A handle names any file of a file system, whatever the mounts show of it.
    {SYS_open_by_handle_at, EPERM},
    // Typing into a terminal that another process reads, and what line disciplines once held.
    {SYS_ioctl, EPERM, false, equal(1, TIOCSTI)},
    {SYS_ioctl, EPERM, false, equal(1, TIOCLINUX)},
    {SYS_ioctl, EPERM, false, equal(1, TIOCSETD)},
    // All but local, IPv4, IPv6, netlink and packet sockets (1, 2, 10, 16, 17). AF_VSOCK, 40, knows no namespace.
    {SYS_socket, EAFNOSUPPORT, false, families(3, 1)},
    {SYS_socket, EAFNOSUPPORT, false, families(4, 4)},
    {SYS_socket, EAFNOSUPPORT, false, families(8, 2)},
    {SYS_socket, EAFNOSUPPORT, false, families(11, 1)},
    {SYS_socket, EAFNOSUPPORT, false, families(12, 4)},
    {SYS_socket, EAFNOSUPPORT, false, families(18, 2)},
    {SYS_socket, EAFNOSUPPORT, false, families(20, 4)},
    {SYS_socket, EAFNOSUPPORT, false, families(24, 8)},
    {SYS_socket, EAFNOSUPPORT, false, families(32, 32)},
    // The host itself.
    {SYS_syslog, EPERM},
    {SYS_kexec_load, EPERM},
    {SYS_kexec_file_load, EPERM},
    {SYS_init_module, EPERM},
    {SYS_finit_module, EPERM},
    {SYS_delete_module, EPERM},
    {SYS_reboot, EPERM},
    {SYS_swapon, EPERM},
    {SYS_swapoff, EPERM},
    {SYS_acct, EPERM},
    {SYS_quotactl, EPERM},
    {SYS_quotactl_fd, EPERM},
    {SYS_iopl, EPERM},
    {SYS_ioperm, EPERM},
    {SYS_settimeofday, EPERM},
    {SYS_clock_settime, EPERM},
    {SYS_vhangup, EPERM},
    // Calls that only remain for old programs.
    {SYS_uselib, ENOSYS},
    {SYS_ustat, ENOSYS},
    {SYS_sysfs, ENOSYS},
    {SYS__sysctl, ENOSYS},
    {SYS_nfsservctl, ENOSYS},
    {SYS_create_module, ENOSYS},
    {SYS_query_module, ENOSYS},
    {SYS_get_kernel_syms, ENOSYS},
};

static_assert(std::size(kDenied) < kMostCountedCalls);

struct CountedCalls {
  std::array<CountedCall, kMostCountedCalls> calls{};
  std::size_t count = 0;

  constexpr void add(int number, int error) {
    const auto end = calls.begin() + static_cast<std::ptrdiff_t>(count);
    if (std::find_if(calls.begin(), end, [&](const CountedCall& call) { return call.number == number; }) == end)
      calls[count++] = {number, error};
  }
};

constexpr CountedCalls kCounted = [] {
  CountedCalls counted;
  counted.add(SYS_personality, EPERM);
  for (const SyscallRule& rule : kDenied)
    if (!rule.routine) counted.add(rule.number, rule.error);
  return counted;
}();

constexpr int kCapabilities[] = {
    CAP_CHOWN,      CAP_DAC_OVERRIDE, CAP_FOWNER,      CAP_FSETID,           CAP_KILL,
    CAP_SETGID,     CAP_SETUID,       CAP_SETPCAP,     CAP_NET_BIND_SERVICE, CAP_NET_RAW,
    CAP_SYS_CHROOT, CAP_MKNOD,        CAP_AUDIT_WRITE, CAP_SETFCAP,          CAP_SYS_PTRACE};

constexpr std::uint64_t bit(int capability) { return std::uint64_t{1} << static_cast<unsigned>(capability); }

}  // namespace

std::span<const SyscallRule> denied_syscalls() { return kDenied; }

std::span<const CountedCall> counted_calls() { return {kCounted.calls.data(), kCounted.count}; }

std::uint64_t job_capabilities(std::uint32_t uid, bool nested) {
  if (uid != 0) return 0;
  std::uint64_t set = nested ? bit(CAP_SYS_ADMIN) : 0;
  for (const int capability : kCapabilities) set |= bit(capability);
  return set;
}

}  // namespace hermetric
