#pragma once

#include <cstdint>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// One line of /proc/PID/uid_map and gid_map, user_namespaces(7): ids 0..count-1 inside are first..first+count-1
/// outside.
struct IdMap {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// A fresh user namespace with `map` for users and groups, held by the returned descriptor alone. Needs CAP_SETUID and
/// CAP_SETGID outside.
Result<Fd> make_user_namespace(const IdMap& map);

}  // namespace hermetric
