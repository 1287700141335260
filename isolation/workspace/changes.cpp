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
#include "isolation/workspace/overlay_attributes.hpp"

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

/// The directories that show through at `name` of the merged `dirs`, topmost first: a file hides what is below it.
Result<std::vector<Fd>> merged_below(const std::vector<Fd>& dirs, const std::string& name) {
  std::vector<Fd> found;
  for (const Fd& dir : dirs) {
    const auto status = sys::fstatat(dir.get(), name, AT_SYMLINK_NOFOLLOW);
    if (!status) continue;
    if (!S_ISDIR(status->st_mode)) break;
    TRY_ASSIGN(Fd below, sys::openat(dir.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    found.push_back(std::move(below));
  }
  return found;
}

/// The lower directories that show through at one place, topmost first. Opened relative to the layers, component by
/// component without following symlinks.
class Lowers {
 public:
  explicit Lowers(std::vector<std::string> roots) : roots_(std::move(roots)) {}

  [[nodiscard]] Result<std::vector<Fd>> at(const std::string& path) const {
    std::vector<Fd> dirs;
    for (const std::string& root : roots_) {
      TRY_ASSIGN(Fd dir, sys::open(root, O_RDONLY | O_DIRECTORY));
      dirs.push_back(std::move(dir));
    }
    for (const auto& component : std::filesystem::path(path)) {
      TRY_ASSIGN(dirs, merged_below(dirs, component.string()));
    }
    return dirs;
  }

 private:
  std::vector<std::string> roots_;
};

struct Found {
  struct stat status{};
  int dir = -1;
};

/// What `name` is in the merged `dirs`.
std::optional<Found> find_in(const std::vector<Fd>& dirs, const std::string& name) {
  for (const Fd& dir : dirs)
    if (const auto status = sys::fstatat(dir.get(), name, AT_SYMLINK_NOFOLLOW)) return Found{*status, dir.get()};
  return std::nullopt;
}

bool is_directory(const std::optional<Found>& found) { return found && S_ISDIR(found->status.st_mode); }

Result<std::set<std::string>> names_in(const std::vector<Fd>& dirs) {
  std::set<std::string> all;
  for (const Fd& dir : dirs) {
    TRY_ASSIGN(const std::vector<std::string> names, names_in(dir));
    all.insert(names.begin(), names.end());
  }
  return all;
}

std::string join(const std::string& parent, const std::string& name) {
  return parent.empty() ? name : parent + "/" + name;
}

class ChangeWalker {
 public:
  ChangeWalker(const OverlayLayers& layers, const std::function<Status(const Change&)>& visit)
      : lowers_(layers.lowers), attributes_(overlay_attributes(layers.rootless)), visit_(visit) {}

  /// `shown`: lower directories whose content shows through here. `original`: the ones that stood here before the job;
  /// they differ where a directory was renamed or replaced.
  Status walk(const Fd& upper, const std::string& path, const std::string& lower_path, const std::vector<Fd>& shown,
              const std::vector<Fd>& original, int depth) {
    if (depth > kMaximalDepth) return std::unexpected(Error(path.substr(0, 80) + "...: nested too deep to follow"));
    TRY_ASSIGN(const std::vector<std::string> names, names_in(upper));
    for (const std::string& name : names) TRY(entry(upper, path, lower_path, name, shown, original, depth));
    if (same(shown, original)) return {};
    return moved(shown, original, path, {names.begin(), names.end()}, depth);
  }

 private:
  static bool same(const std::vector<Fd>& a, const std::vector<Fd>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Fd& x, const Fd& y) {
      struct stat sx{}, sy{};
      return ::fstat(x.get(), &sx) == 0 && ::fstat(y.get(), &sy) == 0 && sx.st_ino == sy.st_ino &&
             sx.st_dev == sy.st_dev;
    });
  }

  Status entry(const Fd& upper, const std::string& path, const std::string& lower_path, const std::string& name,
               const std::vector<Fd>& shown, const std::vector<Fd>& original, int depth) {
    TRY_ASSIGN(const struct stat status, sys::fstatat(upper.get(), name, AT_SYMLINK_NOFOLLOW));
    const std::optional<Found> before = find_in(original, name);
    const bool whiteout = is_whiteout(status), is_dir = S_ISDIR(status.st_mode);
    if (before && (whiteout || is_dir != is_directory(before)))
      TRY(whole(original, join(path, name), name, Change::Kind::kDeleted, depth));
    if (whiteout) return {};
    if (is_dir) return directory(upper, path, lower_path, name, status, shown, depth);
    const bool modified = before && !is_directory(before);
    return visit_(
        {modified ? Change::Kind::kModified : Change::Kind::kCreated, join(path, name), status, upper.get(), name});
  }

  Status directory(const Fd& upper, const std::string& path, const std::string& lower_path, const std::string& name,
                   const struct stat& status, const std::vector<Fd>& shown, int depth) {
    TRY_ASSIGN(const Fd child, sys::openat(upper.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const std::string child_path = join(path, name);
    TRY_ASSIGN(const std::vector<Fd> original, lowers_.at(child_path));
    TRY(visit_(
        {original.empty() ? Change::Kind::kCreated : Change::Kind::kModified, child_path, status, upper.get(), name}));
    bool merged = !shown.empty();
    std::string child_lower = join(lower_path, name);
    if (const auto redirect = attribute(child, attributes_.redirect)) {
      const bool absolute = redirect->starts_with("/");  // from anywhere, also into a directory that is new itself
      merged = merged || absolute;
      child_lower = absolute ? redirect->substr(1) : join(lower_path, *redirect);
    }
    if (attribute(child, attributes_.opaque) == "y") merged = false;
    std::vector<Fd> child_shown;
    if (merged) {
      TRY_ASSIGN(child_shown, lowers_.at(child_lower));
    }
    return walk(child, child_path, child_lower, child_shown, original, depth + 1);
  }

  /// Where a directory came to stand (or went) without an entry in the upper for all that is in it: what shows now
  /// against what stood here. `own` are the names that have such an entry.
  Status moved(const std::vector<Fd>& shown, const std::vector<Fd>& original, const std::string& path,
               const std::set<std::string>& own, int depth) {
    TRY_ASSIGN(const std::set<std::string> now, names_in(shown));
    TRY_ASSIGN(const std::set<std::string> before, names_in(original));
    for (const std::string& name : now)
      if (!own.contains(name)) TRY(came(shown, original, join(path, name), name, depth));
    for (const std::string& name : before)
      if (!own.contains(name) && !now.contains(name))
        TRY(whole(original, join(path, name), name, Change::Kind::kDeleted, depth));
    return {};
  }

  /// `name` of `shown`, where `original` may have had something else of that name.
  Status came(const std::vector<Fd>& shown, const std::vector<Fd>& original, const std::string& path,
              const std::string& name, int depth) {
    const std::optional<Found> now = find_in(shown, name), before = find_in(original, name);
    if (now && before && is_directory(now) == is_directory(before)) {
      TRY(visit_({Change::Kind::kModified, path, now->status, now->dir, name}));
      if (!is_directory(now)) return {};
      TRY_ASSIGN(const std::vector<Fd> shown_below, merged_below(shown, name));
      TRY_ASSIGN(const std::vector<Fd> original_below, merged_below(original, name));
      return moved(shown_below, original_below, path, {}, depth + 1);
    }
    TRY(whole(original, path, name, Change::Kind::kDeleted, depth));
    return whole(shown, path, name, Change::Kind::kCreated, depth);
  }

  /// `name` of the merged `dirs`, if they have it, with everything below it.
  Status whole(const std::vector<Fd>& dirs, const std::string& path, const std::string& name, Change::Kind kind,
               int depth) {
    if (depth > kMaximalDepth) return std::unexpected(Error(path.substr(0, 80) + "...: nested too deep to follow"));
    const std::optional<Found> found = find_in(dirs, name);
    if (!found) return {};
    TRY(visit_({kind, path, found->status, found->dir, name}));
    if (!is_directory(found)) return {};
    TRY_ASSIGN(const std::vector<Fd> below, merged_below(dirs, name));
    TRY_ASSIGN(const std::set<std::string> names, names_in(below));
    for (const std::string& inner : names) TRY(whole(below, join(path, inner), inner, kind, depth + 1));
    return {};
  }

  Lowers lowers_;
  const OverlayAttributes& attributes_;
  const std::function<Status(const Change&)>& visit_;
};

}  // namespace

Status visit_changes(const OverlayLayers& layers, const std::function<Status(const Change&)>& visit) {
  TRY_ASSIGN(const Fd upper, sys::open(layers.upper, O_RDONLY | O_DIRECTORY));
  TRY_ASSIGN(const std::vector<Fd> lowers, Lowers(layers.lowers).at(""));
  return ChangeWalker(layers, visit).walk(upper, "", "", lowers, lowers, 0);
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
