#pragma once

#include <linux/capability.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>

namespace hermetric {

struct CapabilityName {
  unsigned number;  ///< capabilities(7)
  std::string_view name;
};

/// What making a cell as root takes. Who lacks one of them, as root in most containers does, goes an ordinary user's
/// way: by a user namespace of its own.
inline constexpr std::array kRootCapabilities = {
    CapabilityName{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, CapabilityName{CAP_NET_ADMIN, "CAP_NET_ADMIN"},
    CapabilityName{CAP_SETUID, "CAP_SETUID"},       CapabilityName{CAP_SETGID, "CAP_SETGID"},
    CapabilityName{CAP_SETPCAP, "CAP_SETPCAP"},     CapabilityName{CAP_MKNOD, "CAP_MKNOD"},
    CapabilityName{CAP_CHOWN, "CAP_CHOWN"},         CapabilityName{CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE"},
    CapabilityName{CAP_FOWNER, "CAP_FOWNER"},       CapabilityName{CAP_KILL, "CAP_KILL"},
    CapabilityName{CAP_SYS_TIME, "CAP_SYS_TIME"},
};

/// The first of them that is not in `effective`, a mask as in /proc/PID/status; empty: all are.
constexpr std::string_view missing_root_capability(std::uint64_t effective) {
  for (const CapabilityName& capability : kRootCapabilities)
    if ((effective >> capability.number & 1U) == 0) return capability.name;
  return "";
}

/// What would help whom the control groups do not serve.
inline constexpr const char* kGroupRemedy =
    "run as root, with --cgroup-parent, or by systemd-run --scope -p Delegate=yes (--user too if not root)";

/// What would help whom unshare(2) refused a user namespace with `error`.
constexpr const char* user_namespace_remedy(int error) {
  if (error == ENOSPC) return "or run as root";
  return "run as root, or allow unprivileged user namespaces: sysctl kernel.unprivileged_userns_clone=1 "
         "kernel.apparmor_restrict_unprivileged_userns=0; in docker: --privileged, or --security-opt "
         "seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined";
}

}  // namespace hermetric
