#pragma once

#include <sys/resource.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "isolation/process/step.hpp"

namespace hermetric {

/// Which of the two lists of a plan a step belongs to.
enum class Actor : std::uint8_t { kInit, kJob };

/// Text that init reads from a /proc file when its last child is dead, unparsed.
struct CapturedFile {
  std::uint32_t length = 0;
  std::array<char, 4092> text{};
};

inline constexpr std::size_t kCapturedFileCount = 2;

/// What a job's namespaces are called below /proc/PID/ns, namespaces(7). The job enters its time namespace at exec.
inline constexpr std::array<const char*, 8> kNamespaceLinks = {"mnt", "pid",  "net",    "ipc",
                                                               "uts", "user", "cgroup", "time_for_children"};
/// One counter of perf_event_open(2) over everything the job executes. The kernel counts in turns where the processor
/// has too few: `value` belongs to `running_ns` of `enabled_ns`.
struct CounterValue {
  std::uint64_t value = 0;
  std::uint64_t enabled_ns = 0;
  std::uint64_t running_ns = 0;
};

inline constexpr std::size_t kCounterCount = 4;

/// A system call whose denial init counts, and the error it answers with.
struct CountedCall {
  std::int32_t number = 0;
  std::int32_t error = 0;
};

inline constexpr std::size_t kMostCountedCalls = 96;

struct CountedCallList {
  const CountedCall* calls = nullptr;
  std::uint32_t count = 0;  ///< at most kMostCountedCalls
};

using NamespaceLink = std::array<char, 32>;  ///< "net:[4026531840]"

/// What a job executes.
struct Command {
  const char* const* candidates = nullptr;  ///< paths to try, null-terminated
  const char* const* argv = nullptr;
  const char* const* envp = nullptr;
};

/// What the child tells its maker. Init writes, the maker reads: `failed_errno` and the marks while it runs (each is
/// written once), everything once the pidfd says init is gone. Two members go the other way: see Op::kAwaitCommand.
struct ChildRecord {
  std::array<std::uint64_t, kStageCount> marks{};  ///< CLOCK_MONOTONIC in ns; 0: not reached
  std::uint64_t exec_at = 0;                       ///< just before execve; 0: not reached
  std::uint64_t ready_at = 0;                      ///< a prepared job began to wait for its command; 0: not yet
  std::uint32_t released = 0;                      ///< by the maker: `given` is there to be executed; a futex(2)
  Command given;                  ///< by the maker, before `released`: points into memory that is shared as this is
  std::uint64_t clock_shift = 0;  ///< ns from the clock of a job that runs on a copy of the memory to init's
  std::uint64_t death_at = 0;     ///< the job's root process was reaped
  std::int32_t failed_errno = 0;  ///< 0: every step so far succeeded
  std::uint32_t failed_step = 0;
  Actor failed_actor = Actor::kInit;
  bool job_started = false;
  bool job_ended = false;
  std::int32_t job_pid = 0;      ///< in init's PID namespace
  std::int32_t wait_status = 0;  ///< of the job's root process, as wait4(2) gives it
  struct rusage root_usage{};    ///< the job's root process and the children it waited for
  struct rusage all_usage{};     ///< RUSAGE_CHILDREN of init: the above and every orphan it reaped
  std::array<CapturedFile, kCapturedFileCount> captured{};
  std::array<std::int32_t, kCounterCount> counter_fds{};  ///< of init; -errno: not opened; 0: not asked for
  std::array<CounterValue, kCounterCount> counters{};
  std::array<NamespaceLink, kNamespaceLinks.size()> namespaces{};  ///< of the job, in the order of kNamespaceLinks
  std::int32_t watch_fd = -1;                             ///< of init: an epoll instance for signals and denied calls
  std::int32_t signal_fd = -1;                            ///< of init
  bool denials_counted = false;                           ///< init hears of the job's denied calls
  std::uint64_t denied_calls = 0;                         ///< all that init has heard of
  std::array<std::uint64_t, kMostCountedCalls> denied{};  ///< each in the order of ChildPlan::counted
};

/// Everything a child works from: plain data, borrowed from the Plan and the Launcher.
struct ChildPlan {
  StepList init;
  StepList job;
  Command command;                                        ///< of a job that does not wait for one
  std::array<const char*, kCapturedFileCount> capture{};  ///< paths below the job's root; null: none
  CountedCallList counted;                                ///< what a filter that counts hands to init
  ChildRecord* record = nullptr;
  void* job_stack = nullptr;  ///< lowest address
  std::uint64_t job_stack_size = 0;
};

/// Sent to init: SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGCONT go on to the job's root process;
/// kKillAllSignal makes init kill every process of its namespace, reap them and end.
inline constexpr int kKillAllSignal = 34;

/// Entry of init, PID 1 of the cell: runs the init steps, then forwards signals and reaps until the job's root process
/// is dead, kills the rest, records what they used and exits. Shares its maker's memory (CLONE_VM): it allocates
/// nothing, throws nothing, formats nothing and calls no libc; ci/check-child-symbols holds it to that.
void init_main(void* child_plan) noexcept;

/// Entry of a process that only holds namespaces until it is killed or its maker, of which it is told the pid_t, ends.
void hold_main(void* maker) noexcept;

}  // namespace hermetric
