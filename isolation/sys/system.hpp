#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <string_view>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"

/// One thin wrapper per system call, named as the call: section 2 of the manual describes each. Errors carry the
/// call and its object. Paths are taken relative to `dir` where the call takes one; AT_FDCWD means the working
/// directory.
namespace hermetric::sys {

Result<Fd> open(const std::string& path, int flags, mode_t mode = 0);
Result<Fd> openat(int dir, const std::string& path, int flags, mode_t mode = 0);
Status mkdirat(int dir, const std::string& path, mode_t mode);
Status fchownat(int dir, const std::string& path, uid_t uid, gid_t gid, int flags = 0);
Status fchmodat(int dir, const std::string& path, mode_t mode);
Status unlinkat(int dir, const std::string& path, int flags);
Status symlinkat(const std::string& target, int dir, const std::string& path);
Status renameat(int old_dir, const std::string& old_path, int new_dir, const std::string& new_path);
Result<struct stat> fstatat(int dir, const std::string& path, int flags);
Result<std::string> readlinkat(int dir, const std::string& path);
Status setxattr(const std::string& path, const char* name, std::string_view value);

Status mount(const std::string& source, const std::string& target, const char* type, unsigned long flags,
             const std::string& data);
Status unshare(int flags);
Status setns(int fd, int flags);

/// open_tree(2) with OPEN_TREE_CLONE: a detached copy of the mount at `path`.
Result<Fd> open_tree_clone(const std::string& path);
/// move_mount(2) of a detached mount to `path`.
Status move_mount(const Fd& mount, const std::string& path);
/// mount_setattr(2) with MOUNT_ATTR_IDMAP: ids on disk appear as `user_namespace` maps them.
Status mount_idmap(const Fd& mount, const Fd& user_namespace);

Result<Fd> pidfd_open(pid_t pid);
Status pidfd_send_signal(const Fd& pidfd, int signal);

struct Pipe {
  Fd read_end, write_end;
};
Result<Pipe> pipe2(int flags);

}  // namespace hermetric::sys
