#include "isolation/process/interpreter.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "isolation/process/denials.hpp"
#include "isolation/process/raw_syscall.hpp"

// In a child that shares its maker's memory: see init_main() in child.hpp for what this file may not do.

namespace hermetric {
namespace {

using raw::word;

constexpr int kSignalCount = 64;

std::size_t length_of(const char* text) {
  std::size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

long die_with_parent(const Step& step) {
  if (const long result = raw::call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL); result < 0) return result;
  pollfd parent{step.fd, POLLIN, 0};
  timespec at_once{};
  const long dead = raw::call(SYS_ppoll, word(&parent), 1, word(&at_once), 0, 0);
  return dead > 0 ? -ESRCH : dead;
}

long default_signals() {
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    std::uint64_t mask;
  } action{SIG_DFL, 0, nullptr, 0};
  for (int signal = 1; signal <= kSignalCount; ++signal)
    if (signal != SIGKILL && signal != SIGSTOP)
      raw::call(SYS_rt_sigaction, signal, word(&action), 0, raw::kSignalSetSize);
  return 0;
}

long link_up(const Step& step) {
  const long socket = raw::call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return socket;
  ifreq request{};
  for (std::size_t i = 0; step.path[i] != '\0' && i < IFNAMSIZ - 1; ++i) request.ifr_name[i] = step.path[i];
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const long result = raw::call(SYS_ioctl, socket, SIOCSIFFLAGS, word(&request));
  raw::call(SYS_close, socket);
  return result;
}

long bind_mapped(const Step& step) {
  const long tree = raw::call(SYS_open_tree, AT_FDCWD, word(step.source), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) return tree;
  mount_attr attributes{};
  attributes.attr_set = step.flags | (step.fd >= 0 ? MOUNT_ATTR_IDMAP : 0);
  attributes.userns_fd = step.fd >= 0 ? static_cast<std::uint64_t>(step.fd) : 0;
  long result = raw::call(SYS_mount_setattr, tree, word(""), AT_EMPTY_PATH, word(&attributes), sizeof attributes);
  if (result >= 0)
    result = raw::call(SYS_move_mount, tree, word(""), AT_FDCWD, word(step.path), MOVE_MOUNT_F_EMPTY_PATH);
  raw::call(SYS_close, tree);
  return result;
}

long pivot_root() {
  if (const long result = raw::call(SYS_pivot_root, word("."), word(".")); result < 0) return result;
  if (const long result = raw::call(SYS_umount2, word("."), MNT_DETACH); result < 0) return result;
  return raw::call(SYS_chdir, word("/"));
}

long write_file(const Step& step) {
  const long file = raw::call(SYS_openat, AT_FDCWD, word(step.path), O_WRONLY | O_CLOEXEC);
  if (file < 0) return file;
  const long result = raw::call(SYS_write, file, word(step.data), static_cast<long>(length_of(step.data)));
  raw::call(SYS_close, file);
  return result;
}

long resource_limit(const Step& step) {
  const std::array<std::uint64_t, 2> wanted{step.flags, step.flags};
  std::array<std::uint64_t, 2> set{};
  const long result = raw::call(SYS_prlimit64, 0, step.number, word(wanted.data()), 0);
  if (result < 0) return result;
  raw::call(SYS_prlimit64, 0, step.number, 0, word(set.data()));
  return set[0] == wanted[0] && set[1] == wanted[1] ? 0 : -ERANGE;
}

long identity(const Step& step) {
  const auto gid = static_cast<long>(step.flags);
  if (const long result = raw::call(SYS_setresgid, gid, gid, gid); result < 0) return result;
  return raw::call(SYS_setresuid, step.number, step.number, step.number);
}

/// The kernel says EINVAL behind its last capability.
long bounding_set(const Step& step) {
  for (unsigned capability = 0; capability < 64; ++capability) {
    if (((step.flags >> capability) & 1) != 0) continue;
    const long result = raw::call(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (result == -EINVAL) return 0;
    if (result < 0) return result;
  }
  return 0;
}

/// SPEC_ALLOW: kernels before 5.16 would slow the job down by turning off speculation for it.
long set_filter(const char* instructions, int count, long flags) {
  sock_fprog program{};
  program.len = static_cast<unsigned short>(count);
  program.filter = reinterpret_cast<sock_filter*>(const_cast<char*>(instructions));
  return raw::call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | static_cast<long>(SECCOMP_FILTER_FLAG_SPEC_ALLOW),
                   word(&program));
}

/// The kernel allows one listener for all filters of a process: EBUSY where hermetric itself runs under one.
long load_filter(ChildRecord& record, const Step& step) {
  if (step.source != nullptr) {
    const long listener = set_filter(step.source, step.number, SECCOMP_FILTER_FLAG_NEW_LISTENER);
    record.denials_counted = listener >= 0;
    if (listener >= 0) return watch_listener(record, listener);
    if (listener != -EBUSY) return listener;
  }
  return set_filter(step.data, step.number, 0);
}

long unblock_signals() {
  const std::uint64_t none = 0;
  return raw::call(SYS_rt_sigprocmask, SIG_SETMASK, word(&none), 0, raw::kSignalSetSize);
}

long note_namespaces(ChildRecord& record) {
  const long dir = raw::call(SYS_openat, AT_FDCWD, word("/proc/self/ns"), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) return dir;
  for (std::size_t i = 0; i < kNamespaceLinks.size(); ++i) {
    NamespaceLink& link = record.namespaces[i];
    raw::call(SYS_readlinkat, dir, word(kNamespaceLinks[i]), word(link.data()), static_cast<long>(link.size()) - 1);
  }
  raw::call(SYS_close, dir);
  return 0;
}

/// The word is shared between processes, in one memory or (before Linux 6.2) in two: no FUTEX_PRIVATE_FLAG.
long await_command(ChildRecord& record) {
  __atomic_store_n(&record.ready_at, raw::now() + record.clock_shift, __ATOMIC_RELEASE);
  while (__atomic_load_n(&record.released, __ATOMIC_ACQUIRE) == 0)
    raw::call(SYS_futex, word(&record.released), FUTEX_WAIT, 0, 0);
  return 0;
}

/// Tries every candidate; "not found" only when none was there, else the first other reason.
long exec(const ChildPlan& plan) {
  const Command& command = plan.record->released != 0 ? plan.record->given : plan.command;
  long reason = -ENOENT;
  plan.record->exec_at = raw::now() + plan.record->clock_shift;
  for (const char* const* path = command.candidates; *path != nullptr; ++path) {
    const long result = raw::call(SYS_execve, word(*path), word(command.argv), word(command.envp));
    if (result != -ENOENT && result != -ENOTDIR && reason == -ENOENT) reason = result;
  }
  plan.record->exec_at = 0;
  return reason;
}

/// Opened by init and inherited by all that it will start: counts nothing before an exec, and what dead children have
/// counted comes together here. A processor without such a counter is no failure of the job.
long open_counter(ChildRecord& record, const Step& step) {
  perf_event_attr event{};
  event.size = sizeof event;
  event.type = static_cast<std::uint32_t>(step.flags >> 32);
  event.config = step.flags & 0xffffffffU;
  event.disabled = 1;
  event.inherit = 1;
  event.enable_on_exec = 1;
  event.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  const long fd = raw::call(SYS_perf_event_open, word(&event), 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  record.counter_fds[static_cast<std::size_t>(step.number)] = static_cast<std::int32_t>(fd);
  return 0;
}

void job_main(void* argument) noexcept;

/// A time namespace does not shift this clock: it links the monotonic clocks inside and outside.
std::uint64_t realtime_gap() { return raw::nanoseconds(CLOCK_REALTIME) - raw::now(); }

void copied_job_main(void* argument) noexcept {
  static_cast<const ChildPlan*>(argument)->record->clock_shift += realtime_gap();
  job_main(argument);
}

long spawn_job(const ChildPlan& plan, const Step& step) {
  if (const long result = watch_signals(*plan.record); result < 0) return result;
  clone_args args{};
  args.flags =
      CLONE_VM | CLONE_FILES | (step.number == kPreparedJob ? 0 : CLONE_VFORK) | (step.fd >= 0 ? CLONE_INTO_CGROUP : 0);
  args.exit_signal = SIGCHLD;
  args.stack = reinterpret_cast<std::uint64_t>(plan.job_stack);
  args.stack_size = plan.job_stack_size;
  args.cgroup = step.fd >= 0 ? static_cast<std::uint64_t>(step.fd) : 0;
  long pid = raw::clone3(&args, job_main, const_cast<ChildPlan*>(&plan));
  if (pid == -EINVAL) {  // before Linux 6.2 memory cannot be shared across a new time namespace, not even until exec
    args.flags &= ~static_cast<std::uint64_t>(CLONE_VM);
    plan.record->clock_shift = 0 - realtime_gap();
    pid = raw::clone3(&args, copied_job_main, const_cast<ChildPlan*>(&plan));
  }
  if (pid < 0) return pid;
  plan.record->job_pid = static_cast<std::int32_t>(pid);
  plan.record->job_started = plan.record->failed_errno == 0;
  return 0;
}

long perform(const ChildPlan& plan, const Step& step) {
  switch (step.op) {
    case Op::kMark:
      plan.record->marks[static_cast<std::size_t>(step.number)] = raw::now() + plan.record->clock_shift;
      return 0;
    case Op::kDieWithParent: return die_with_parent(step);
    case Op::kCloseRange: return raw::call(SYS_close_range, step.number, static_cast<long>(step.flags), 0);
    case Op::kDefaultSignals: return default_signals();
    case Op::kUmask: return raw::call(SYS_umask, step.number);
    case Op::kHostname: return raw::call(SYS_sethostname, word(step.path), static_cast<long>(length_of(step.path)));
    case Op::kDomainname: return raw::call(SYS_setdomainname, word(step.path), static_cast<long>(length_of(step.path)));
    case Op::kLinkUp: return link_up(step);
    case Op::kChdir: return raw::call(SYS_chdir, word(step.path));
    case Op::kMount:
      return raw::call(SYS_mount, word(step.source), word(step.path), word(step.type), static_cast<long>(step.flags),
                       word(step.data));
    case Op::kBindMapped: return bind_mapped(step);
    case Op::kMakeDirectory: return raw::call(SYS_mkdirat, AT_FDCWD, word(step.path), step.number);
    case Op::kMakeNode:
      return raw::call(SYS_mknodat, AT_FDCWD, word(step.path), step.number, static_cast<long>(step.flags));
    case Op::kSymlink: return raw::call(SYS_symlinkat, word(step.source), AT_FDCWD, word(step.path));
    case Op::kPivotRoot: return pivot_root();
    case Op::kUnshare: return raw::call(SYS_unshare, static_cast<long>(step.flags));
    case Op::kSetNamespace: return raw::call(SYS_setns, step.fd, static_cast<long>(step.flags));
    case Op::kWriteFile: return write_file(step);
    case Op::kJoinGroup: return raw::call(SYS_write, step.fd, word("0"), 1);
    case Op::kNewSession: return raw::call(SYS_setsid);
    case Op::kResourceLimit: return resource_limit(step);
    case Op::kNoGroups: return raw::call(SYS_setgroups, 0, 0);
    case Op::kIdentity: return identity(step);
    case Op::kBoundingSet: return bounding_set(step);
    case Op::kNoNewPrivileges: return raw::call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    case Op::kDuplicate: return raw::call(SYS_dup3, step.fd, step.number, 0);
    case Op::kUnblockSignals: return unblock_signals();
    case Op::kTerminal: return raw::call(SYS_ioctl, step.fd, TIOCSCTTY, 0);
    case Op::kNoteNamespaces: return note_namespaces(*plan.record);
    case Op::kOpenCounter: return open_counter(*plan.record, step);
    case Op::kSpawnJob: return spawn_job(plan, step);
    case Op::kSeccomp: return load_filter(*plan.record, step);
    case Op::kAwaitCommand: return await_command(*plan.record);
    case Op::kExec: return exec(plan);
  }
  return -ENOSYS;
}

void job_main(void* argument) noexcept {
  const auto& plan = *static_cast<const ChildPlan*>(argument);
  run_steps(plan, plan.job, Actor::kJob);
  raw::leave(1);
}

}  // namespace

void run_steps(const ChildPlan& plan, const StepList& list, Actor actor) {
  for (std::uint32_t i = 0; i < list.count; ++i) {
    const long result = perform(plan, list.steps[i]);
    if (result >= 0 && plan.record->failed_errno == 0) continue;
    if (plan.record->failed_errno == 0) {
      plan.record->failed_step = i;
      plan.record->failed_actor = actor;
      plan.record->failed_errno = static_cast<std::int32_t>(-result);
    }
    raw::leave(1);
  }
}

}  // namespace hermetric
