#pragma once

#include <cstdint>

#include "isolation/types/stage.hpp"

namespace hermetric {

/// One thing the child does. The comment names the system calls and which members of Step they read.
enum class Op : std::uint8_t {
  kMark,            ///< clock_gettime into the record, for Stage `number`
  kDieWithParent,   ///< prctl(PR_SET_PDEATHSIG), then poll `fd`, a pidfd of the parent: it must still be alive
  kCloseRange,      ///< close_range(`number`, `flags`)
  kDefaultSignals,  ///< rt_sigaction(SIG_DFL) for every signal
  kUmask,           ///< umask(`number`)
  kHostname,        ///< sethostname(`path`)
  kDomainname,      ///< setdomainname(`path`)
  kLinkUp,          ///< interface `path` up: netdevice(7)
  kChdir,           ///< chdir(`path`)
  kMount,           ///< mount(`source`, `path`, `type`, `flags`, `data`)
  kBindMapped,      ///< open_tree(`source`), mount_setattr(IDMAP by user namespace `fd`, `flags`), move_mount to `path`
  kMakeDirectory,   ///< mkdir(`path`, `number`)
  kMakeNode,        ///< mknod(`path`, `number`, `flags`)
  kSymlink,         ///< symlink(`source`, `path`)
  kPivotRoot,       ///< pivot_root(".", "."): the working directory becomes the root, the old one is detached
  kUnshare,         ///< unshare(`flags`)
  kSetNamespace,    ///< setns(`fd`, `flags`)
  kWriteFile,       ///< open(`path`), write(`data`)
  kJoinGroup,       ///< write "0" to `fd`, a v1 `tasks` file
  kNewSession,      ///< setsid()
  kResourceLimit,   ///< prlimit64(`number`, soft = hard = `flags`), read back
  kNoGroups,        ///< setgroups(none)
  kIdentity,        ///< setresgid(`flags`), setresuid(`number`)
  kBoundingSet,     ///< prctl(PR_CAPBSET_DROP) of every capability whose bit is not in `flags`
  kNoNewPrivileges,  ///< prctl(PR_SET_NO_NEW_PRIVS)
  kDuplicate,        ///< dup2(`fd`, `number`)
  kUnblockSignals,   ///< rt_sigprocmask: none blocked
  kTerminal,         ///< ioctl(`fd`, TIOCSCTTY)
  kNoteNamespaces,   ///< readlink of /proc/self/ns/* into the record
  kOpenCounter,      ///< perf_event_open: event `flags` (type << 32 | config) of all that will be executed, counter
                     ///< `number`
  kSpawnJob,         ///< signalfd4 and epoll_create1, which init waits on while the job runs; then
                     ///< clone3(CLONE_FILES, CLONE_VFORK, CLONE_VM if it can, CLONE_INTO_CGROUP `fd` unless -1):
                     ///< runs the job's steps, on init's descriptors until it unshares them; without CLONE_VFORK
                     ///< if `number` is kPreparedJob, for init must not sleep as long as that waits
  kSeccomp,          ///< seccomp(SECCOMP_SET_MODE_FILTER) of `number` struct sock_filter at `source`, which hand
                     ///< denied calls to init; without `source`, or where there is a listener already, at `data`
  kAwaitCommand,     ///< futex(2) until the record says `released`: what kExec runs is then `given` there
  kExec,             ///< execve of each candidate of the command until one is found
};

inline constexpr int kPreparedJob = 1;

/// Plain data: which members mean what is said at Op. Strings are borrowed from the Plan.
struct Step {
  Op op = Op::kMark;
  int fd = -1;
  int number = 0;
  std::uint64_t flags = 0;
  const char* path = nullptr;
  const char* source = nullptr;
  const char* type = nullptr;
  const char* data = nullptr;
};

struct StepList {
  const Step* steps = nullptr;
  std::uint32_t count = 0;
};

}  // namespace hermetric
