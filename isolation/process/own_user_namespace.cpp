#include "isolation/process/own_user_namespace.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "isolation/process/subordinate_ids.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

const char* remedy_for(int error) {
  if (error == ENOSPC) return "raise the sysctl user.max_user_namespaces, or run as root";
  return "run as root, or allow unprivileged user namespaces: sysctl kernel.unprivileged_userns_clone=1 "
         "kernel.apparmor_restrict_unprivileged_userns=0; in docker: --privileged, or --security-opt "
         "seccomp=unconfined "
         "--security-opt apparmor=unconfined --security-opt systempaths=unconfined";
}

/// One line of a map: a process may map just its own id by itself, and groups only when it gives up setgroups(2).
std::string own_id(unsigned id) { return "0 " + std::to_string(id) + " 1"; }

}  // namespace

bool is_privileged() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return false;
  return (sets[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN)) != 0;
}

Result<IdMap> become_root_of_own_namespace() {
  const uid_t own_user = ::geteuid();
  const gid_t own_group = ::getegid();
  auto mapper = IdMapper::start(own_user, own_group);
  if (auto made = sys::unshare(CLONE_NEWUSER); !made) {
    const char* remedy = remedy_for(made.error().error_number());
    return std::unexpected(std::move(made).error().in("user namespace of hermetric's own").remedy(remedy));
  }
  if (mapper) {
    TRY_ASSIGN(const auto count, mapper->map());
    if (count) return IdMap{.first = 0, .count = *count};
  }
  TRY(write_file_at(AT_FDCWD, "/proc/self/setgroups", "deny"));
  TRY(write_file_at(AT_FDCWD, "/proc/self/uid_map", own_id(own_user)));
  TRY(write_file_at(AT_FDCWD, "/proc/self/gid_map", own_id(own_group)));
  return IdMap{.first = 0, .count = 1};
}

}  // namespace hermetric
