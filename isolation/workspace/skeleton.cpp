#include "isolation/workspace/skeleton.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "isolation/sys/scope_exit.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/workspace/overlay_attributes.hpp"

namespace hermetric {
namespace {

/// Where a job on a host root may create, rename and delete, if the host lets others read there.
constexpr std::array<std::string_view, 27> kSystemDirectories = {"etc",
                                                                 "etc/ld.so.conf.d",
                                                                 "etc/profile.d",
                                                                 "opt",
                                                                 "srv",
                                                                 "usr",
                                                                 "usr/bin",
                                                                 "usr/games",
                                                                 "usr/include",
                                                                 "usr/lib",
                                                                 "usr/lib64",
                                                                 "usr/libexec",
                                                                 "usr/local",
                                                                 "usr/local/bin",
                                                                 "usr/local/include",
                                                                 "usr/local/lib",
                                                                 "usr/local/sbin",
                                                                 "usr/local/share",
                                                                 "usr/sbin",
                                                                 "usr/share",
                                                                 "usr/src",
                                                                 "var",
                                                                 "var/cache",
                                                                 "var/lib",
                                                                 "var/local",
                                                                 "var/log",
                                                                 "var/spool"};

struct Replaced {
  std::string_view path;
  unsigned mode;
  bool always;  ///< made even where the root has no such directory
};

/// Private or per-boot parts of a host, and what every root gets fresh.
constexpr std::array<Replaced, 12> kReplacedOnHost = {{{"boot", 0755, false},
                                                       {"dev", 0755, true},
                                                       {"home", 0755, false},
                                                       {"lost+found", 0700, false},
                                                       {"media", 0755, false},
                                                       {"mnt", 0755, false},
                                                       {"proc", 0555, true},
                                                       {"root", 0700, true},
                                                       {"run", 0755, true},
                                                       {"sys", 0555, true},
                                                       {"tmp", 01777, true},
                                                       {"var/tmp", 01777, true}}};
constexpr std::array<Replaced, 6> kReplacedInDirectory = {{{"dev", 0755, true},
                                                           {"proc", 0555, true},
                                                           {"run", 0755, true},
                                                           {"sys", 0555, true},
                                                           {"tmp", 01777, true},
                                                           {"var/tmp", 01777, true}}};

constexpr unsigned kOthersMayEnter = S_IXOTH;
constexpr unsigned kOthersMayList = S_IROTH | S_IXOTH;

/// Collects entries by path, so that each is made once, parents first.
class Planner {
 public:
  Planner(std::string root, bool alone) : root_(std::move(root)), alone_(alone) {}

  [[nodiscard]] std::optional<unsigned> directory_mode(const std::string& path) const {
    const auto status = sys::fstatat(AT_FDCWD, root_ + "/" + path, AT_SYMLINK_NOFOLLOW);
    if (!status || !S_ISDIR(status->st_mode)) return std::nullopt;
    return status->st_mode & 07777;
  }

  void own(const std::string& path) {
    const auto mode = directory_mode(path);
    if (mode && (*mode & kOthersMayList) == kOthersMayList && parents_own(path))
      entries_[path] = {SkeletonEntry::Kind::kDirectory, path, *mode, false, true, ""};
  }

  void replace(const std::string& path, unsigned mode) {
    make_parents(path);
    entries_[path] = {SkeletonEntry::Kind::kDirectory, path, mode, true, true, ""};
  }

  /// A directory that must exist and be reachable, with whatever the root shows in it.
  void point(const std::string& path) {
    make_parents(path);
    if (entries_.contains(path)) return;
    const auto mode = hidden(path) ? std::nullopt : directory_mode(path);
    if (!mode)
      entries_[path] = {SkeletonEntry::Kind::kDirectory, path, 0755, true, true, ""};
    else if (alone_)
      entries_[path] = {SkeletonEntry::Kind::kDirectory, path, *mode, false, true, ""};
  }

  /// What is a link in `directory` of the root, as /bin often is.
  void links_of(const std::string& directory) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(root_ + "/" + directory, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string path = (std::filesystem::path(directory) / entry->path().filename()).string();
      const auto target = entry->is_symlink(error) ? sys::readlinkat(AT_FDCWD, entry->path().string()) : "";
      if (!target || target->empty() || entries_.contains(path)) continue;
      make_parents(path);
      entries_[path] = {SkeletonEntry::Kind::kSymlink, path, 0777, false, false, *target};
    }
  }

  void file(SkeletonEntry entry) {
    make_parents(entry.path);
    entries_[entry.path] = std::move(entry);
  }

  [[nodiscard]] Skeleton take() && {
    Skeleton skeleton;
    for (auto& [path, entry] : entries_) skeleton.push_back(std::move(entry));
    return skeleton;
  }

 private:
  [[nodiscard]] static std::string parent_of(const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
  }

  /// Below a replaced directory nothing of the root is left.
  [[nodiscard]] bool hidden(const std::string& path) const {
    for (std::string above = parent_of(path); !above.empty(); above = parent_of(above)) {
      const auto entry = entries_.find(above);
      if (entry != entries_.end() && entry->second.opaque) return true;
    }
    return false;
  }

  [[nodiscard]] bool parents_own(const std::string& path) const {
    const std::string parent = parent_of(path);
    return parent.empty() || entries_.contains(parent);
  }

  void make_parents(const std::string& path) {
    const std::string parent = parent_of(path);
    if (parent.empty()) return;
    make_parents(parent);
    if (entries_.contains(parent)) return;
    const auto mode = hidden(parent) ? std::nullopt : directory_mode(parent);
    const bool enterable = mode && (*mode & kOthersMayEnter) != 0;
    entries_[parent] = {SkeletonEntry::Kind::kDirectory, parent, enterable ? *mode : 0755U, !enterable, !enterable, ""};
  }

  std::string root_;
  bool alone_;
  std::map<std::string, SkeletonEntry> entries_;
};

std::string relative(const std::string& absolute) {
  return std::filesystem::path(absolute).lexically_normal().relative_path().string();
}

Status make_opaque(const std::string& path, bool rootless) {
  auto made = sys::setxattr(path, overlay_attributes(rootless).opaque, "y");
  if (made || !rootless || made.error().error_number() != EOPNOTSUPP) return made;
  return std::unexpected(std::move(made).error().remedy("run as root: for others this needs Linux 6.6"));
}

}  // namespace

Skeleton plan_skeleton(const SkeletonRequest& request) {
  Planner planner(request.root == "/" ? "" : request.root, request.alone);
  if (request.host)
    for (const std::string_view path : kSystemDirectories) planner.own(std::string(path));
  const auto replace_all = [&](const auto& table) {
    for (const Replaced& entry : table) {
      const std::string path(entry.path);
      if (entry.always || planner.directory_mode(path)) planner.replace(path, entry.mode);
    }
  };
  if (request.host) {
    replace_all(kReplacedOnHost);
  } else {
    replace_all(kReplacedInDirectory);
  }
  planner.point(relative(request.home));
  for (const std::string& path : request.mount_points) planner.point(relative(path));
  for (const std::string& path : request.file_points)
    planner.file({SkeletonEntry::Kind::kFile, relative(path), 0644, false, true, ""});
  for (const SkeletonEntry& file : request.files) planner.file(file);
  for (const std::string& directory : request.opened) planner.links_of(relative(directory));
  return std::move(planner).take();
}

Status write_skeleton(const Skeleton& skeleton, const std::string& directory, std::uint32_t uid, std::uint32_t gid,
                      bool rootless) {
  TRY_ASSIGN(const Fd root, sys::open(directory, O_RDONLY | O_DIRECTORY));
  TRY(sys::fchownat(root.get(), ".", uid, gid));
  const mode_t umask_before = ::umask(0);
  const ScopeExit restore([umask_before] { ::umask(umask_before); });
  for (const SkeletonEntry& entry : skeleton) {
    if (entry.kind == SkeletonEntry::Kind::kFile) {
      TRY_ASSIGN(const Fd file, sys::openat(root.get(), entry.path, O_WRONLY | O_CREAT | O_EXCL, entry.mode));
      const ssize_t written = ::write(file.get(), entry.content.data(), entry.content.size());
      if (written != static_cast<ssize_t>(entry.content.size()))
        return std::unexpected(Error::system("write", "skeleton file " + entry.path, written < 0 ? errno : ENOSPC));
    } else if (entry.kind == SkeletonEntry::Kind::kSymlink) {
      TRY(sys::symlinkat(entry.content, root.get(), entry.path));
    } else {
      TRY(sys::mkdirat(root.get(), entry.path, entry.mode));
    }
    if (entry.owned) TRY(sys::fchownat(root.get(), entry.path, uid, gid));
    if (entry.opaque) TRY(make_opaque(directory + "/" + entry.path, rootless));
  }
  return {};
}

}  // namespace hermetric
