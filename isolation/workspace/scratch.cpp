#include "isolation/workspace/scratch.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>

#include <cerrno>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {

Result<Scratch> Scratch::create(const std::string& directory, bool on_tmpfs, std::optional<Bytes> size) {
  TRY(sys::mkdirat(AT_FDCWD, directory, 0700));
  Scratch scratch(directory, on_tmpfs);
  if (on_tmpfs) {
    std::string options = "mode=0700";
    if (size) options += ",size=" + std::to_string(size->count);
    if (auto mounted = sys::mount("hermetric", directory, "tmpfs", MS_NOSUID | MS_NODEV, options); !mounted) {
      scratch.on_tmpfs_ = false;
      return std::unexpected(std::move(mounted).error());
    }
  }
  TRY_ASSIGN(scratch.fd_, sys::open(directory, O_RDONLY | O_DIRECTORY));
  return scratch;
}

Scratch::~Scratch() { (void)close(); }

Status Scratch::add_upper(unsigned number, std::uint32_t uid, std::uint32_t gid, unsigned mode) {
  const std::string suffix = std::to_string(number);
  uppers_ = std::max(uppers_, number + 1);
  TRY(sys::mkdirat(fd_.get(), "upper" + suffix, 0700));
  TRY(sys::fchownat(fd_.get(), "upper" + suffix, uid, gid));
  TRY(sys::fchmodat(fd_.get(), "upper" + suffix, mode));
  return sys::mkdirat(fd_.get(), "work" + suffix, 0700);
}

/// A job that changed nothing leaves just what overlayfs makes itself; removing that by name is much cheaper than
/// looking. What is not empty stays for remove_tree().
void Scratch::remove_empty_uppers() const {
  for (unsigned number = 0; number < uppers_; ++number) {
    const std::string suffix = std::to_string(number);
    const std::string work = "work" + suffix;
    ::unlinkat(fd_.get(), ("upper" + suffix).c_str(), AT_REMOVEDIR);
    for (const char* part : {"/work/incompat/volatile", "/work/incompat", "/work", ""})
      ::unlinkat(fd_.get(), (work + part).c_str(), AT_REMOVEDIR);
  }
}

Status Scratch::close() {
  if (directory_.empty()) return {};
  if (fd_.valid() && !on_tmpfs_) remove_empty_uppers();
  fd_.close();
  if (on_tmpfs_ && ::umount2(directory_.c_str(), MNT_DETACH) != 0)
    return std::unexpected(Error::system("umount", directory_, errno));
  on_tmpfs_ = false;
  TRY(remove_tree(directory_));
  directory_.clear();
  return {};
}

}  // namespace hermetric
