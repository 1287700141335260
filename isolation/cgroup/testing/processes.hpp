#pragma once

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <functional>

#include "isolation/sys/system.hpp"
#include "isolation/types/cgroup_entry.hpp"
#include "isolation/types/units.hpp"

namespace hermetric::testing {

/// A child that is in the groups when this returns; runs `work` and exits with 0.
inline pid_t start_in(const CgroupEntry& entry, const std::function<void()>& work) {
  auto joined = sys::pipe2(O_CLOEXEC);
  if (!joined) return -1;
  clone_args args{};
  args.exit_signal = SIGCHLD;
  if (entry.leaf_fd >= 0) {
    args.flags = CLONE_INTO_CGROUP;
    args.cgroup = static_cast<__u64>(entry.leaf_fd);
  }
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
  if (pid == 0) {
    for (const int tasks : entry.tasks_fds)
      if (::write(tasks, "0", 1) != 1) ::_exit(99);
    joined->read_end.close();
    joined->write_end.close();
    work();
    ::_exit(0);
  }
  joined->write_end.close();
  char end = 0;
  while (::read(joined->read_end.get(), &end, 1) < 0 && errno == EINTR) continue;
  return pid;
}

inline int wait_for(pid_t pid) {
  int status = -1;
  ::waitpid(pid, &status, 0);
  return status;
}

inline void burn_cpu(Duration amount) {
  timespec used{};
  do {
    for (int i = 0; i < 10000; ++i) asm volatile("");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  } while (used.tv_sec * 1'000'000 + used.tv_nsec / 1000 < amount.count());
}

inline void touch_memory(Bytes size) {
  auto* memory = static_cast<volatile char*>(
      ::mmap(nullptr, size.count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (memory == MAP_FAILED) ::_exit(98);
  for (std::size_t i = 0; i < size.count; i += 4096) memory[i] = 1;
}

}  // namespace hermetric::testing
