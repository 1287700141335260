#pragma once

#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// /proc/PID/uid_map and gid_map, user_namespaces(7): ids 0..count-1 inside are first..first+count-1
/// outside.
struct IdMap {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// A fresh user namespace, held by a descriptor alone: the process that it was made with is killed at once and reaped
/// by the destructor, which then need not wait.
class UserNamespace {
 public:
  /// With `map` for users and groups. Needs CAP_SETUID and CAP_SETGID outside.
  static Result<UserNamespace> make(const IdMap& map);

  UserNamespace(UserNamespace&&) noexcept = default;
  UserNamespace& operator=(UserNamespace&&) = delete;
  ~UserNamespace();

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  /// What the holder works from.
  struct HolderMemory {
    alignas(16) std::array<std::byte, 8192> stack;
    pid_t maker = ::getpid();
  };

  UserNamespace() = default;

  std::unique_ptr<HolderMemory> memory_ = std::make_unique_for_overwrite<HolderMemory>();
  Fd holder_, fd_;
};

}  // namespace hermetric
