#include "isolation/workspace/scratch.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/workspace/capped_disk.hpp"
#include "isolation/workspace/shelf.hpp"

namespace hermetric {
namespace {

/// Nobody looks at what a job changed in its root; see overlays_of() for the numbers.
constexpr unsigned kRootUpper = 0;
constexpr unsigned kMostRemovers = 8;

}  // namespace

Result<Scratch> Scratch::create(const std::string& directory, bool on_tmpfs, std::optional<Bytes> size) {
  TRY(make_on_shelf(directory));
  const bool capped_disk = size && !on_tmpfs;
  Scratch scratch(directory, capped_disk ? directory + "/disk" : directory);
  if (on_tmpfs) {
    std::string options = "mode=0700";
    if (size) options += ",size=" + std::to_string(size->count);
    TRY(sys::mount("hermetric", directory, "tmpfs", MS_NOSUID | MS_NODEV, options));
  } else if (capped_disk) {
    TRY(sys::mkdirat(AT_FDCWD, scratch.directory_, 0700));
    if (auto mounted = mount_capped_disk(directory + "/image", scratch.directory_, *size); !mounted)
      return std::unexpected(std::move(mounted).error().in("disk cap"));
  }
  scratch.mounted_ = on_tmpfs || capped_disk;
  TRY_ASSIGN(scratch.fd_, sys::open(scratch.directory_, O_RDONLY | O_DIRECTORY));
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

std::optional<std::string> Scratch::own_disk() const {
  const auto status = sys::fstatat(fd_.get(), ".", 0);
  if (directory_ == base_ || !status) return std::nullopt;
  return std::to_string(major(status->st_dev)) + ":" + std::to_string(minor(status->st_dev));
}

/// What is not empty stays.
void Scratch::remove_empty(const std::string& name) {
  auto held = late_ ? sys::openat(fd_.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) : Fd();
  if (::unlinkat(fd_.get(), name.c_str(), AT_REMOVEDIR) == 0 && held && held->valid()) late_->add(*std::move(held));
}

/// By name what overlayfs makes itself, which is much cheaper than looking. What is not empty stays for remove_tree().
void Scratch::remove_work(unsigned number) {
  const std::string work = "work" + std::to_string(number);
  ::unlinkat(fd_.get(), (work + "/work/incompat/volatile/dirty").c_str(), 0);
  for (const char* part : {"/work/incompat/volatile", "/work/incompat", "/work", ""}) remove_empty(work + part);
  if (number == kRootUpper) remove_empty("upper" + std::to_string(number));
}

void Scratch::begin_removal(Freeing freeing) {
  if (mounted_) return;
  if (freeing == Freeing::kLate) {
    if (auto late = LateClose::create()) late_ = *std::move(late);
    if (late_) return;  // there is nothing to wait for
  }
  try {
    for (unsigned first = 0; first < std::min(uppers_, kMostRemovers); ++first)
      removers_.emplace_back([this, first] {
        for (unsigned number = first; number < uppers_; number += kMostRemovers) remove_work(number);
      });
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): no more threads; close() removes what is left
  }
}

Status Scratch::close() {
  if (base_.empty()) return {};
  for (unsigned number = 0; number < uppers_ && late_; ++number) remove_work(number);
  for (unsigned number = 0; number < uppers_ && !mounted_; ++number) remove_empty("upper" + std::to_string(number));
  removers_.clear();
  if (late_) late_->add(std::move(fd_));
  fd_.close();
  if (mounted_ && ::umount2(directory_.c_str(), MNT_DETACH) != 0)
    return std::unexpected(Error::system("umount", directory_, errno));
  mounted_ = false;
  TRY(remove_tree(base_));
  base_.clear();
  if (late_) late_->close();
  return {};
}

}  // namespace hermetric
