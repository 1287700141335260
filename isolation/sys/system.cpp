#include "isolation/sys/system.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

namespace hermetric::sys {
namespace {

std::unexpected<Error> failure(std::string_view call, std::string_view object) {
  return std::unexpected(Error::system(call, object, errno));
}

Status check(long result, std::string_view call, std::string_view object) {
  if (result < 0) return failure(call, object);
  return {};
}

Result<Fd> check_fd(long result, std::string_view call, std::string_view object) {
  if (result < 0) return failure(call, object);
  return Fd(static_cast<int>(result));
}

}  // namespace

Result<Fd> open(const std::string& path, int flags, mode_t mode) { return openat(AT_FDCWD, path, flags, mode); }

Result<Fd> openat(int dir, const std::string& path, int flags, mode_t mode) {
  return check_fd(::openat(dir, path.c_str(), flags | O_CLOEXEC, mode), "open", path);
}

Status mkdirat(int dir, const std::string& path, mode_t mode) {
  return check(::mkdirat(dir, path.c_str(), mode), "mkdir", path);
}

Status fchownat(int dir, const std::string& path, uid_t uid, gid_t gid, int flags) {
  return check(::fchownat(dir, path.c_str(), uid, gid, flags), "chown", path);
}

Status fchmodat(int dir, const std::string& path, mode_t mode) {
  return check(::fchmodat(dir, path.c_str(), mode, 0), "chmod", path);
}

Status unlinkat(int dir, const std::string& path, int flags) {
  return check(::unlinkat(dir, path.c_str(), flags), (flags & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink", path);
}

Status symlinkat(const std::string& target, int dir, const std::string& path) {
  return check(::symlinkat(target.c_str(), dir, path.c_str()), "symlink", path);
}

Status renameat(int old_dir, const std::string& old_path, int new_dir, const std::string& new_path) {
  return check(::renameat(old_dir, old_path.c_str(), new_dir, new_path.c_str()), "rename", new_path);
}

Result<struct stat> fstatat(int dir, const std::string& path, int flags) {
  struct stat status{};
  if (::fstatat(dir, path.c_str(), &status, flags) != 0) return failure("stat", path);
  return status;
}

Result<std::string> readlinkat(int dir, const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(dir, path.c_str(), target.data(), target.size());
  if (length < 0) return failure("readlink", path);
  return std::string(target.data(), static_cast<std::size_t>(length));
}

Status setxattr(const std::string& path, const char* name, std::string_view value) {
  return check(::setxattr(path.c_str(), name, value.data(), value.size(), 0), "setxattr", path);
}

Status mount(const std::string& source, const std::string& target, const char* type, unsigned long flags,
             const std::string& data) {
  return check(::mount(source.c_str(), target.c_str(), type, flags, data.c_str()), "mount", target);
}

Status unshare(int flags) { return check(::unshare(flags), "unshare", ""); }

Status setns(int fd, int flags) { return check(::setns(fd, flags), "setns", ""); }

Result<Fd> open_tree_clone(const std::string& path) {
  return check_fd(::open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), "open_tree", path);
}

Status move_mount(const Fd& mount, const std::string& path) {
  return check(::move_mount(mount.get(), "", AT_FDCWD, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH), "move_mount", path);
}

Status mount_idmap(const Fd& mount, const Fd& user_namespace) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<std::uint64_t>(user_namespace.get());
  return check(::mount_setattr(mount.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes), "mount_setattr",
               "idmap");
}

Result<Fd> pidfd_open(pid_t pid) {
  return check_fd(::syscall(SYS_pidfd_open, pid, 0), "pidfd_open", std::to_string(pid));
}

Status pidfd_send_signal(const Fd& pidfd, int signal) {
  return check(::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0), "pidfd_send_signal", "");
}

Result<Pipe> pipe2(int flags) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), flags | O_CLOEXEC) != 0) return failure("pipe2", "");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

}  // namespace hermetric::sys
