#include "isolation/process/user_namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>

#include <csignal>
#include <string>

#include "isolation/process/child.hpp"
#include "isolation/process/launcher.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {

Result<UserNamespace> UserNamespace::make(const IdMap& map) {
  UserNamespace made;
  HolderMemory& memory = *made.memory_;
  TRY_ASSIGN(RawChild holder,
             clone_sharing_memory(CLONE_NEWUSER, memory.stack.data(), memory.stack.size(), hold_main, &memory.maker));
  made.holder_ = std::move(holder.pidfd);
  TRY_ASSIGN(const Fd proc, sys::open("/proc/" + std::to_string(holder.pid), O_PATH | O_DIRECTORY));
  const std::string line = "0 " + std::to_string(map.first) + " " + std::to_string(map.count);
  TRY(write_file_at(proc.get(), "uid_map", line));
  TRY(write_file_at(proc.get(), "gid_map", line));
  TRY_ASSIGN(made.fd_, sys::openat(proc.get(), "ns/user", O_RDONLY));
  (void)sys::pidfd_send_signal(made.holder_, SIGKILL);
  return made;
}

UserNamespace::~UserNamespace() {
  if (!holder_.valid()) return;
  (void)sys::pidfd_send_signal(holder_, SIGKILL);
  siginfo_t info{};
  ::waitid(P_PIDFD, static_cast<id_t>(holder_.get()), &info, WEXITED | __WALL);
}

}  // namespace hermetric
