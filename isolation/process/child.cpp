#include "isolation/process/child.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "isolation/process/denials.hpp"
#include "isolation/process/interpreter.hpp"
#include "isolation/process/raw_syscall.hpp"

// A child that shares its maker's memory: see init_main() in the header for what this file may not do.

namespace hermetric {
namespace {

using raw::word;

void note_end(ChildRecord& record, long pid, int status, const struct rusage& usage) {
  if (pid != record.job_pid) return;
  record.death_at = raw::now();
  record.wait_status = status;
  record.root_usage = usage;
  record.job_ended = true;
}

/// Reaps what is dead (WNOHANG) or waits for the next to die (0); false when no child is left.
bool reap(ChildRecord& record, int options) {
  for (;;) {
    int status = 0;
    struct rusage usage{};
    const long pid = raw::call(SYS_wait4, -1, word(&status), options | __WALL, word(&usage));
    if (pid == 0) return true;
    if (pid == -EINTR) continue;
    if (pid < 0) return false;
    note_end(record, pid, status, usage);
  }
}

void read_counters(ChildRecord& record) {
  for (std::size_t i = 0; i < kCounterCount; ++i)
    if (record.counter_fds[i] > 0)
      raw::call(SYS_read, record.counter_fds[i], word(&record.counters[i]), sizeof(CounterValue));
}

void capture(const char* path, CapturedFile& file) {
  if (path == nullptr) return;
  const long fd = raw::call(SYS_openat, AT_FDCWD, word(path), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  while (file.length < file.text.size()) {
    const long count = raw::call(SYS_read, fd, word(file.text.data() + file.length),
                                 static_cast<long>(file.text.size() - file.length));
    if (count <= 0) break;
    file.length += static_cast<std::uint32_t>(count);
  }
  raw::call(SYS_close, fd);
}

void attend_signal(ChildRecord& record) {
  signalfd_siginfo info{};
  if (raw::call(SYS_read, record.signal_fd, word(&info), sizeof info) < 0) return;
  if (info.ssi_signo == SIGCHLD) {
    reap(record, WNOHANG);
  } else if (info.ssi_signo == kKillAllSignal) {
    raw::call(SYS_kill, -1, SIGKILL);
  } else {
    raw::call(SYS_kill, record.job_pid, info.ssi_signo);
  }
}

void supervise(const ChildPlan& plan) {
  ChildRecord& record = *plan.record;
  while (!record.job_ended) {
    epoll_event event{};
    if (raw::call(SYS_epoll_wait, record.watch_fd, word(&event), 1, -1) <= 0) continue;
    if (event.data.fd == record.signal_fd)
      attend_signal(record);
    else
      attend_listener(plan, event);
  }
}

}  // namespace

void init_main(void* child_plan) noexcept {
  const auto& plan = *static_cast<const ChildPlan*>(child_plan);
  run_steps(plan, plan.init, Actor::kInit);
  supervise(plan);
  raw::call(SYS_kill, -1, SIGKILL);
  reap(*plan.record, 0);
  raw::call(SYS_getrusage, RUSAGE_CHILDREN, word(&plan.record->all_usage));
  read_counters(*plan.record);
  for (std::size_t i = 0; i < kCapturedFileCount; ++i) capture(plan.capture[i], plan.record->captured[i]);
  raw::leave(0);
}

void hold_main(void* maker) noexcept {
  raw::call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  if (raw::call(SYS_getppid) != *static_cast<const pid_t*>(maker)) raw::leave(1);
  for (;;) raw::call(SYS_ppoll, 0, 0, 0, 0, 0);
}

}  // namespace hermetric
