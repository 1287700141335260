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

/// By name what overlayfs makes itself, which is much cheaper than looking. What is not empty stays for remove_tree().
void Scratch::remove_work(unsigned number) const {
  const std::string work = "work" + std::to_string(number);
  ::unlinkat(fd_.get(), (work + "/work/incompat/volatile/dirty").c_str(), 0);
  for (const char* part : {"/work/incompat/volatile", "/work/incompat", "/work", ""})
    ::unlinkat(fd_.get(), (work + part).c_str(), AT_REMOVEDIR);
}

void Scratch::begin_removal() {
  if (on_tmpfs_) return;
  for (unsigned number = 0; number < uppers_; ++number)
    removers_.emplace_back([this, number] { remove_work(number); });
}

Status Scratch::close() {
  if (directory_.empty()) return {};
  for (unsigned number = 0; number < uppers_ && !on_tmpfs_; ++number)
    ::unlinkat(fd_.get(), ("upper" + std::to_string(number)).c_str(), AT_REMOVEDIR);
  removers_.clear();
  fd_.close();
  if (on_tmpfs_ && ::umount2(directory_.c_str(), MNT_DETACH) != 0)
    return std::unexpected(Error::system("umount", directory_, errno));
  on_tmpfs_ = false;
  TRY(remove_tree(directory_));
  directory_.clear();
  return {};
}

}  // namespace hermetric
