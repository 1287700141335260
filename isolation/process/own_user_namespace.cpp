#include "isolation/process/own_user_namespace.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>

#include "isolation/process/subordinate_ids.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/types/privileges.hpp"

namespace hermetric {
namespace {

/// One line of a map: a process may map just its own id by itself, and groups only when it gives up setgroups(2).
std::string own_id(unsigned id) { return "0 " + std::to_string(id) + " 1"; }

}  // namespace

bool is_privileged() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return false;
  return missing_root_capability(std::uint64_t{sets[1].effective} << 32U | sets[0].effective).empty();
}

Result<IdMap> become_root_of_own_namespace() {
  const uid_t own_user = ::geteuid();
  const gid_t own_group = ::getegid();
  auto mapper = IdMapper::start(own_user, own_group);
  if (auto made = sys::unshare(CLONE_NEWUSER); !made) {
    const char* remedy = user_namespace_remedy(made.error().error_number());
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
