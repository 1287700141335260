#include "isolation/workspace/changes.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

constexpr int kMaximalDepth = 256;

using Directory = std::unique_ptr<DIR, decltype([](DIR* directory) { ::closedir(directory); })>;

/// How the kernel's overlayfs.rst says it: a character device 0/0 hides the lower file of its name.
bool is_whiteout(const struct stat& status) { return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0); }

Result<std::vector<std::string>> names_in(const Fd& dir) {
  TRY_ASSIGN(Fd copy, sys::openat(dir.get(), ".", O_RDONLY | O_DIRECTORY));
  Directory directory(::fdopendir(copy.get()));
  if (!directory) return std::unexpected(Error::system("fdopendir", "", errno));
  (void)copy.release();
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> attribute(const Fd& dir, const char* name) {
  std::array<char, 4096> value{};
  const ssize_t length = ::fgetxattr(dir.get(), name, value.data(), value.size());
  if (length < 0) return std::nullopt;
  return std::string(value.data(), static_cast<std::size_t>(length));
}

/// The lower directories that show through at one place, topmost first. Opened relative to the layer, component by
/// component without following symlinks.
class Lowers {
 public:
  explicit Lowers(std::vector<std::string> roots) : roots_(std::move(roots)) {}

  [[nodiscard]] std::vector<Fd> at(const std::string& path) const {
    std::vector<Fd> found;
    for (const std::string& root : roots_)
      if (auto dir = descend(root, path)) found.push_back(*std::move(dir));
    return found;
  }

 private:
  static Result<Fd> descend(const std::string& root, const std::string& path) {
    TRY_ASSIGN(Fd dir, sys::open(root, O_RDONLY | O_DIRECTORY));
    for (const auto& component : std::filesystem::path(path)) {
      TRY_ASSIGN(dir, sys::openat(dir.get(), component.string(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    }
    return dir;
  }

  std::vector<std::string> roots_;
};

std::optional<struct stat> find_in(const std::vector<Fd>& dirs, const std::string& name) {
  for (const Fd& dir : dirs)
    if (const auto status = sys::fstatat(dir.get(), name, AT_SYMLINK_NOFOLLOW)) return *status;
  return std::nullopt;
}

std::string join(const std::string& parent, const std::string& name) { return parent.empty() ? name : parent + "/" + name; }

class ChangeWalker {
 public:
  ChangeWalker(const OverlayLayers& layers, const std::function<Status(const Change&)>& visit)
      : lowers_(layers.lowers), visit_(visit) {}

  /// `shown`: lower directories whose content shows through here. `original`: the ones that stood here before the job;
  /// they differ where a directory was renamed or replaced.
  Status walk(const Fd& upper, const std::string& path, const std::string& lower_path, std::vector<Fd> shown,
              const std::vector<Fd>& original, int depth) {
    if (depth > kMaximalDepth) return std::unexpected(Error(path.substr(0, 80) + "...: nested too deep to follow"));
    TRY_ASSIGN(const std::vector<std::string> names, names_in(upper));
    for (const std::string& name : names) TRY(entry(upper, path, lower_path, name, shown, original, depth));
    const bool moved_here = &shown != &original && !same(shown, original);
    if (moved_here) TRY(rest_of(shown, path, names, Change::Kind::kCreated, depth));
    if (moved_here) TRY(rest_of(original, path, names, Change::Kind::kDeleted, depth));
    return {};
  }

 private:
  static bool same(const std::vector<Fd>& a, const std::vector<Fd>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Fd& x, const Fd& y) {
      struct stat sx {}, sy {};
      return ::fstat(x.get(), &sx) == 0 && ::fstat(y.get(), &sy) == 0 && sx.st_ino == sy.st_ino && sx.st_dev == sy.st_dev;
    });
  }

  Status entry(const Fd& upper, const std::string& path, const std::string& lower_path, const std::string& name,
               const std::vector<Fd>& shown, const std::vector<Fd>& original, int depth) {
    TRY_ASSIGN(const struct stat status, sys::fstatat(upper.get(), name, AT_SYMLINK_NOFOLLOW));
    const std::optional<struct stat> before = find_in(original, name);
    if (is_whiteout(status)) return before ? removed(original, join(path, name), name, *before, depth) : Status{};
    if (!S_ISDIR(status.st_mode)) {
      if (before && S_ISDIR(before->st_mode)) TRY(removed(original, join(path, name), name, *before, depth));
      const bool modified = before && !S_ISDIR(before->st_mode);
      return visit_({modified ? Change::Kind::kModified : Change::Kind::kCreated, join(path, name), status, upper.get(), name});
    }
    if (before && !S_ISDIR(before->st_mode)) TRY(removed(original, join(path, name), name, *before, depth));
    return directory(upper, path, lower_path, name, status, shown, depth);
  }

  Status directory(const Fd& upper, const std::string& path, const std::string& lower_path, const std::string& name,
                   const struct stat& status, const std::vector<Fd>& shown, int depth) {
    TRY_ASSIGN(const Fd child, sys::openat(upper.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const std::string child_path = join(path, name);
    const std::vector<Fd> original = lowers_.at(child_path);
    TRY(visit_({original.empty() ? Change::Kind::kCreated : Change::Kind::kModified, child_path, status, upper.get(), name}));
    const bool opaque = attribute(child, "trusted.overlay.opaque") == "y" || (shown.empty() && depth > 0);
    std::string child_lower = join(lower_path, name);
    if (const auto redirect = attribute(child, "trusted.overlay.redirect"))
      child_lower = redirect->starts_with("/") ? redirect->substr(1) : join(lower_path, *redirect);
    return walk(child, child_path, child_lower, opaque ? std::vector<Fd>{} : lowers_.at(child_lower), original, depth + 1);
  }

  /// Everything of `dirs` that has no entry of its own in the upper.
  Status rest_of(const std::vector<Fd>& dirs, const std::string& path, const std::vector<std::string>& own,
                 Change::Kind kind, int depth) {
    std::set<std::string> seen(own.begin(), own.end());
    for (const Fd& dir : dirs) {
      TRY_ASSIGN(const std::vector<std::string> names, names_in(dir));
      for (const std::string& name : names) {
        if (!seen.insert(name).second) continue;
        TRY_ASSIGN(const struct stat status, sys::fstatat(dir.get(), name, AT_SYMLINK_NOFOLLOW));
        TRY(whole(dir, join(path, name), name, status, kind, depth));
      }
    }
    return {};
  }

  Status removed(const std::vector<Fd>& dirs, const std::string& path, const std::string& name,
                 const struct stat& status, int depth) {
    for (const Fd& dir : dirs)
      if (sys::fstatat(dir.get(), name, AT_SYMLINK_NOFOLLOW)) return whole(dir, path, name, status, Change::Kind::kDeleted, depth);
    return {};
  }

  Status whole(const Fd& dir, const std::string& path, const std::string& name, const struct stat& status,
               Change::Kind kind, int depth) {
    if (depth > kMaximalDepth) return std::unexpected(Error(path.substr(0, 80) + "...: nested too deep to follow"));
    TRY(visit_({kind, path, status, dir.get(), name}));
    if (!S_ISDIR(status.st_mode)) return {};
    std::vector<Fd> child;
    TRY_ASSIGN(Fd fd, sys::openat(dir.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    child.push_back(std::move(fd));
    return rest_of(child, path, {}, kind, depth + 1);
  }

  Lowers lowers_;
  const std::function<Status(const Change&)>& visit_;
};

}  // namespace

Status visit_changes(const OverlayLayers& layers, const std::function<Status(const Change&)>& visit) {
  TRY_ASSIGN(const Fd upper, sys::open(layers.upper, O_RDONLY | O_DIRECTORY));
  const Lowers lowers(layers.lowers);
  return ChangeWalker(layers, visit).walk(upper, "", "", lowers.at(""), lowers.at(""), 0);
}

Result<ChangeCounts> count_changes(const OverlayLayers& layers) {
  ChangeCounts counts;
  TRY(visit_changes(layers, [&](const Change& change) -> Status {
    if (S_ISDIR(change.status.st_mode)) return {};
    switch (change.kind) {
      case Change::Kind::kCreated: ++counts.files_created; break;
      case Change::Kind::kModified: ++counts.files_modified; break;
      case Change::Kind::kDeleted: ++counts.files_deleted; return {};
    }
    if (S_ISREG(change.status.st_mode)) counts.bytes_written += static_cast<std::uint64_t>(change.status.st_size);
    return {};
  }));
  return counts;
}

}  // namespace hermetric
