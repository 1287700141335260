#include "isolation/cgroup/block_device.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

std::string device_number(dev_t device) { return std::to_string(major(device)) + ":" + std::to_string(minor(device)); }

/// A partition's directory in sysfs lies inside its disk's.
std::optional<std::string> disk_of_number(const std::string& number) {
  const std::string directory = "/sys/dev/block/" + number;
  if (::access(directory.c_str(), F_OK) != 0) return std::nullopt;
  if (::access((directory + "/partition").c_str(), F_OK) != 0) return number;
  const auto disk = read_file(directory + "/../dev");
  return disk ? std::optional(std::string(trimmed(*disk))) : std::nullopt;
}

}  // namespace

Result<std::string> whole_disk(const std::string& device) {
  std::string number = device;
  if (device.starts_with('/')) {
    TRY_ASSIGN(const struct stat status, sys::fstatat(AT_FDCWD, device, 0));
    if (!S_ISBLK(status.st_mode)) return std::unexpected(Error(device + " is not a block device"));
    number = device_number(status.st_rdev);
  }
  if (auto disk = disk_of_number(number)) return *std::move(disk);
  return std::unexpected(Error(device + " is not a block device of this host").remedy("lsblk lists them"));
}

std::optional<std::string> disk_below(const std::string& path) {
  const auto status = sys::fstatat(AT_FDCWD, path, 0);
  if (!status || major(status->st_dev) == 0) return std::nullopt;
  return disk_of_number(device_number(status->st_dev));
}

std::string io_scheduler_of(const std::string& disk) {
  return parse_choice_in_force(read_file("/sys/dev/block/" + disk + "/queue/scheduler").value_or("")).value_or("");
}

}  // namespace hermetric
