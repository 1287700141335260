#include "isolation/sys/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "isolation/sys/scope_exit.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

using Directory = std::unique_ptr<DIR, decltype([](DIR* directory) { ::closedir(directory); })>;

Status write_all(const Fd& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(Error::system("write", path, errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

bool is_self_or_parent(std::string_view name) { return name == "." || name == ".."; }

/// A job may leave directories nested deeper than any stack or fd table allows (10 000 levels are tested), so the walk
/// is a loop that holds one directory: a directory below that is not empty is moved up into the tree's top first.
/// Nothing is ever moved out of the tree: others may be removing theirs beside it.
class TreeRemover {
 public:
  explicit TreeRemover(Fd top) : top_(std::move(top)) {}

  /// Removes everything in the directory `top`.
  Status empty_top() {
    TRY(empty(".", [this](int, const char* name) {
      pending_.emplace_back(name);
      return Status{};
    }));
    while (!pending_.empty()) {
      const std::string next = std::move(pending_.back());
      pending_.pop_back();
      TRY(empty(next, [this](int dir, const char* name) { return move_up(dir, name); }));
      TRY(sys::unlinkat(top_.get(), next, AT_REMOVEDIR));
    }
    return {};
  }

 private:
  /// Calls keep(dir, name) for each directory in `name` of top that is not empty; removes the rest.
  template <typename Keep>
  Status empty(const std::string& name, Keep keep) {
    TRY_ASSIGN(Fd fd, sys::openat(top_.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const int dir = fd.get();
    Directory directory(::fdopendir(dir));
    if (!directory) return std::unexpected(Error::system("fdopendir", name, errno));
    (void)fd.release();
    while (const dirent* entry = ::readdir(directory.get())) {
      if (is_self_or_parent(entry->d_name)) continue;
      if (::unlinkat(dir, entry->d_name, 0) == 0) continue;
      if (errno != EISDIR && errno != EPERM) return std::unexpected(Error::system("unlink", entry->d_name, errno));
      if (::unlinkat(dir, entry->d_name, AT_REMOVEDIR) == 0) continue;
      if (errno != ENOTEMPTY && errno != EEXIST) return std::unexpected(Error::system("rmdir", entry->d_name, errno));
      TRY(keep(dir, entry->d_name));
    }
    return {};
  }

  /// The tree may hold any name already, also one of ours.
  Status move_up(int dir, const char* name) {
    for (;;) {
      std::string flat = ".removing-" + std::to_string(counter_++);
      if (::renameat2(dir, name, top_.get(), flat.c_str(), RENAME_NOREPLACE) == 0) {
        pending_.push_back(std::move(flat));
        return {};
      }
      if (errno != EEXIST) return std::unexpected(Error::system("rename", name, errno));
    }
  }

  Fd top_;
  unsigned long counter_ = 0;
  std::vector<std::string> pending_;
};

}  // namespace

Result<std::string> read_file_at(int dir, const std::string& path) {
  TRY_ASSIGN(const Fd file, sys::openat(dir, path, O_RDONLY));
  std::string text;
  std::size_t used = 0;
  for (;;) {
    text.resize(used + 4096);
    const ssize_t count = ::read(file.get(), text.data() + used, text.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(Error::system("read", path, errno));
    used += static_cast<std::size_t>(count);
    if (count == 0) break;
  }
  text.resize(used);
  return text;
}

Result<std::string> read_file(const std::string& path) { return read_file_at(AT_FDCWD, path); }

Status write_file_at(int dir, const std::string& path, std::string_view text) {
  TRY_ASSIGN(const Fd file, sys::openat(dir, path, O_WRONLY));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return std::unexpected(Error::system("write", path, errno));
  return {};
}

Status replace_file(const std::string& path, std::string_view text, unsigned mode) {
  const std::string temporary = path + "." + std::to_string(::getpid()) + ".tmp";
  TRY_ASSIGN(const Fd file, sys::open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode));
  ScopeExit discard([&] { ::unlink(temporary.c_str()); });
  TRY(write_all(file, text, temporary));
  if (::fsync(file.get()) != 0) return std::unexpected(Error::system("fsync", temporary, errno));
  TRY(sys::renameat(AT_FDCWD, temporary, AT_FDCWD, path));
  discard.dismiss();
  return {};
}

Status make_directories(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
  if (errno != ENOENT) return std::unexpected(Error::system("mkdir", path, errno));
  TRY(make_directories(std::filesystem::path(path).parent_path().string(), mode));
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return std::unexpected(Error::system("mkdir", path, errno));
  return {};
}

Status remove_tree_at(int dir, const std::string& path) {
  if (::unlinkat(dir, path.c_str(), 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR && errno != EPERM) return std::unexpected(Error::system("unlink", path, errno));
  if (::unlinkat(dir, path.c_str(), AT_REMOVEDIR) == 0) return {};
  if (errno != ENOTEMPTY && errno != EEXIST) return std::unexpected(Error::system("rmdir", path, errno));
  TRY_ASSIGN(Fd top, sys::openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  TRY(TreeRemover(std::move(top)).empty_top());
  return sys::unlinkat(dir, path, AT_REMOVEDIR);
}

Status remove_tree(const std::string& path) { return remove_tree_at(AT_FDCWD, path); }

}  // namespace hermetric
