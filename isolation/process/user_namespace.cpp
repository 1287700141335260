#include "isolation/process/user_namespace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/wait.h>

#include <csignal>
#include <string>

#include "isolation/process/child.hpp"
#include "isolation/process/launcher.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

/// Id 0 has a line of its own: where hermetric's own namespace has the caller for 0 and lent ids after it, no line may
/// span both.
std::string lines_of(const IdMap& map) {
  const auto line = [&](std::uint32_t inside, std::uint32_t count) {
    return fmt::format("{} {} {}\n", inside, map.first + inside, count);
  };
  return map.count == 1 ? line(0, 1) : line(0, 1) + line(1, map.count - 1);
}

}  // namespace

Result<UserNamespace> UserNamespace::make(const IdMap& map) {
  UserNamespace made;
  HolderMemory& memory = *made.memory_;
  TRY_ASSIGN(RawChild holder,
             clone_sharing_memory(CLONE_NEWUSER, memory.stack.data(), memory.stack.size(), hold_main, &memory.maker));
  made.holder_ = std::move(holder.pidfd);
  TRY_ASSIGN(const Fd proc, sys::open("/proc/" + std::to_string(holder.pid), O_PATH | O_DIRECTORY));
  const std::string lines = lines_of(map);
  TRY(write_file_at(proc.get(), "uid_map", lines));
  TRY(write_file_at(proc.get(), "gid_map", lines));
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
