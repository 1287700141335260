#include "isolation/process/user_namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "isolation/process/child.hpp"
#include "isolation/process/launcher.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/scope_exit.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {

Result<Fd> make_user_namespace(const IdMap& map) {
  TRY_ASSIGN(const ChildMemory memory, ChildMemory::create());
  pid_t self = ::getpid();
  auto holder = clone_sharing_memory(CLONE_NEWUSER, memory.init_stack(), ChildMemory::kStackSize, hold_main, &self);
  if (!holder) return std::unexpected(std::move(holder).error());
  const ScopeExit end_holder([&] {
    (void)sys::pidfd_send_signal(holder->pidfd, SIGKILL);
    siginfo_t info{};
    ::waitid(P_PIDFD, static_cast<id_t>(holder->pidfd.get()), &info, WEXITED | __WALL);
  });
  TRY_ASSIGN(const Fd proc, sys::open("/proc/" + std::to_string(holder->pid), O_PATH | O_DIRECTORY));
  const std::string line = "0 " + std::to_string(map.first) + " " + std::to_string(map.count);
  TRY(write_file_at(proc.get(), "uid_map", line));
  TRY(write_file_at(proc.get(), "gid_map", line));
  return sys::openat(proc.get(), "ns/user", O_RDONLY);
}

}  // namespace hermetric
