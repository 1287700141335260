#include "isolation/workspace/capped_disk.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

constexpr std::uint64_t kBlock = 4096;
constexpr std::uint64_t kFullBelow = 64 << 10;
constexpr int kLoopAttempts = 20;

/// Room for inode tables (a 256 byte inode for each 16 KiB) and bitmaps; what is too much is filled again.
Bytes with_overhead(Bytes size) { return Bytes{(size.count + size.count / 32 + (4U << 20)) / kBlock * kBlock}; }

/// No journal, nothing zeroed ahead, nothing kept for root: it lives as long as one job.
Status format(const std::string& image) {
  std::array<std::string, 12> words = {
      "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0", "-O", "^has_journal,^resize_inode", image};
  std::array<char*, words.size() + 1> argv{};
  std::ranges::transform(words, argv.begin(), [](std::string& word) { return word.data(); });
  std::array<char, 32> path{"PATH=/usr/sbin:/sbin:/usr/bin"};
  std::array<char*, 2> environment{path.data(), nullptr};
  pid_t pid = -1;
  int failed = ENOENT;
  for (const char* program : {"/usr/sbin/mke2fs", "/sbin/mke2fs"})
    if (failed == ENOENT) failed = ::posix_spawn(&pid, program, nullptr, nullptr, argv.data(), environment.data());
  if (failed != 0) return std::unexpected(Error::system("execute", "mke2fs", failed).remedy("install e2fsprogs"));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return std::unexpected(Error::system("waitpid", "mke2fs", errno));
  if (status != 0) return std::unexpected(Error("mke2fs could not format " + image));
  return {};
}

/// Another process may take the free device between the two calls; then the next one is tried.
Result<std::pair<Fd, std::string>> attach(const Fd& image, const std::string& path) {
  TRY_ASSIGN(const Fd control, sys::open("/dev/loop-control", O_RDWR));
  for (int attempt = 0; attempt < kLoopAttempts; ++attempt) {
    const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) return std::unexpected(Error::system("ioctl", "LOOP_CTL_GET_FREE", errno));
    const std::string device = "/dev/loop" + std::to_string(number);
    TRY_ASSIGN(Fd loop, sys::open(device, O_RDWR));
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(image.get());
    config.block_size = kBlock;
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    if (::ioctl(loop.get(), LOOP_CONFIGURE, &config) == 0) return std::pair(std::move(loop), device);
    if (errno != EBUSY) return std::unexpected(Error::system("ioctl", "LOOP_CONFIGURE " + path, errno));
  }
  return std::unexpected(Error::system("ioctl", "LOOP_CONFIGURE " + path, EBUSY));
}

struct Space {
  std::uint64_t all = 0, free = 0;  ///< bytes
};

Result<Space> space_at(const std::string& path) {
  struct statvfs state{};
  if (::statvfs(path.c_str(), &state) != 0) return std::unexpected(Error::system("statvfs", path, errno));
  return Space{std::uint64_t{state.f_blocks} * state.f_frsize, std::uint64_t{state.f_bavail} * state.f_frsize};
}

Status leave_free(const std::string& mount_point, Bytes size) {
  TRY_ASSIGN(const Space space, space_at(mount_point));
  if (space.free <= size.count) return {};
  TRY_ASSIGN(const Fd filler, sys::open(mount_point + "/filler", O_WRONLY | O_CREAT | O_EXCL, 0600));
  if (::fallocate(filler.get(), 0, 0, static_cast<off_t>((space.free - size.count) / kBlock * kBlock)) != 0)
    return std::unexpected(Error::system("fallocate", mount_point, errno));
  return {};
}

}  // namespace

Status mount_capped_disk(const std::string& image, const std::string& mount_point, Bytes size) {
  TRY_ASSIGN(const Fd file, sys::open(image, O_RDWR | O_CREAT | O_EXCL, 0600));
  if (::ftruncate(file.get(), static_cast<off_t>(with_overhead(size).count)) != 0)
    return std::unexpected(Error::system("ftruncate", image, errno));
  TRY(format(image));
  TRY_ASSIGN(const auto loop, attach(file, image));
  TRY(sys::mount(loop.second, mount_point, "ext4", MS_NOSUID | MS_NODEV | MS_NOATIME, "noinit_itable"));
  if (auto filled = leave_free(mount_point, size); !filled) {
    ::umount2(mount_point.c_str(), MNT_DETACH);
    return filled;
  }
  return {};
}

Result<bool> is_full(const std::string& path) {
  TRY_ASSIGN(const Space space, space_at(path));
  return space.free < std::max(kFullBelow, space.all / 100);
}

}  // namespace hermetric
