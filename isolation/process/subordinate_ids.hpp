#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// Ids that the host lends an ordinary user for user namespaces, subuid(5) and subgid(5).
struct SubordinateRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  bool operator==(const SubordinateRange&) const = default;
};

/// The largest range of `text`, the content of /etc/subuid or /etc/subgid, for the user `name` or `uid`. Lines that
/// mean nothing count for nothing, as newuidmap(1) has it.
std::optional<SubordinateRange> subordinate_range(std::string_view text, std::string_view name, std::uint32_t uid);

/// The login name of `uid` in `passwd`, the content of /etc/passwd; empty: there is none.
std::string login_name(std::string_view passwd, std::uint32_t uid);

/// A child that calls newuidmap(1) and newgidmap(1), which may map more than the caller's own id: started before its
/// user goes into the namespace (after that the host's setuid bits count no more) and told when it is there.
class IdMapper {
 public:
  /// For the calling process. Nothing: a program or a range of ids is missing.
  static std::optional<IdMapper> start(uid_t user, gid_t group);

  IdMapper(IdMapper&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), tell_(std::move(other.tell_)), count_(other.count_) {}
  IdMapper& operator=(IdMapper&&) = delete;
  /// Ends a child that was never told.
  ~IdMapper();

  /// The namespace is there. How many ids both maps have from now on, 0 the caller's own; nothing where newuidmap
  /// refused and there is no map. Error: users are mapped and groups are not.
  Result<std::optional<std::uint32_t>> map();

 private:
  IdMapper(pid_t pid, Fd tell, std::uint32_t count) : pid_(pid), tell_(std::move(tell)), count_(count) {}

  /// Lets go of the child's pipe and returns its exit code; -1 if it has none.
  int end();

  pid_t pid_;
  Fd tell_;
  std::uint32_t count_;
};

}  // namespace hermetric
