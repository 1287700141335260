#include "isolation/sandbox/sandbox_host.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "isolation/process/own_user_namespace.hpp"
#include "isolation/sys/clock.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/workspace/shelf.hpp"

namespace hermetric {
namespace {

/// In /tmp another user could have made it first, to read and forge what is written there.
Status make_own_directory(const std::string& path) {
  TRY(make_directories(path, 0700));
  TRY_ASSIGN(const struct stat look, sys::fstatat(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW));
  if (look.st_uid == ::geteuid()) return {};
  return std::unexpected(Error(path + " is another user's").remedy("set XDG_RUNTIME_DIR"));
}

}  // namespace

StateDirectories StateDirectories::of_this_user() {
  if (::geteuid() == 0) return {"/run/hermetric", "/var/lib/hermetric"};
  const auto variable = [](const char* name, const std::string& otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::string(value) : otherwise;
  };
  const std::string data = variable("HOME", "/tmp") + "/.local/share";
  const std::string runtime = variable("XDG_RUNTIME_DIR", "");
  return {runtime.empty() ? "/tmp/hermetric-" + std::to_string(::geteuid()) : runtime + "/hermetric",
          variable("XDG_DATA_HOME", data) + "/hermetric"};
}

SandboxHost::SandboxHost(StateDirectories directories, std::unique_ptr<CgroupDriver> cgroups, Fd runner_pidfd,
                         bool rootless, IdMap id_map)
    : directories_(std::move(directories)),
      mounts_(directories_.runtime + "/template", rootless),
      cgroups_(std::move(cgroups)),
      ledger_(directories_.runtime + "/ledger"),
      runner_pidfd_(std::move(runner_pidfd)),
      rootless_(rootless),
      id_map_(id_map),
      cell_prefix_(std::to_string(::getpid()) + "-" + std::to_string(monotonic_nanoseconds() / 1'000'000) + "-") {}

Result<std::unique_ptr<SandboxHost>> SandboxHost::create(const StateDirectories& directories,
                                                         const std::optional<std::string>& cgroup_parent) {
  TRY(named("state directory", make_own_directory(directories.runtime)));
  TRY(named("state directory", make_directories(directories.runtime + "/ledger", 0700)));
  TRY(named("state directory", make_directories(directories.data + "/cells", 0700)));
  spread_shelves_of(directories.data + "/cells");
  const bool rootless = !is_privileged();
  IdMap id_map = kDefaultIdMap;
  if (rootless) {
    TRY_ASSIGN(id_map, become_root_of_own_namespace());
  }
  TRY(Ledger(directories.runtime + "/ledger").sweep());  // what one cell leaves for good is gc's to say
  TRY(named("mount template", MountTemplate::enter(directories.runtime + "/template")));
  TRY_ASSIGN(auto cgroups, find_cgroups({.parent = cgroup_parent}));
  TRY_ASSIGN(Fd runner, sys::pidfd_open(::getpid()));
  return std::unique_ptr<SandboxHost>(
      new SandboxHost(directories, std::move(cgroups), std::move(runner), rootless, id_map));
}

std::string SandboxHost::place_of(const std::string& cell) const {
  constexpr unsigned kPidsOfARun = 6;  // what one `exec` takes of them: runs that follow each other share a shelf
  const unsigned number = static_cast<unsigned>(::getpid()) / kPidsOfARun + cells_;
  return place_on_shelf(directories_.data + "/cells", number, cell);
}

/// What an ordinary user's job left may be closed to the user, but not to the root of a namespace.
Result<Ledger::Sweep> SandboxHost::sweep(const StateDirectories& directories) {
  if (!is_privileged()) TRY(become_root_of_own_namespace());
  return Ledger(directories.runtime + "/ledger").sweep();
}

std::string SandboxHost::next_cell() { return cell_prefix_ + std::to_string(cells_.fetch_add(1)); }

}  // namespace hermetric
