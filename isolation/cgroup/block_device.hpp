#pragma once

#include <optional>
#include <string>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// "MAJ:MIN" of the whole disk that `device` ("/dev/sda1" or "8:1") is or is a part of: what io.max and blkio want.
Result<std::string> whole_disk(const std::string& device);

/// The whole disk that a file or directory lies on; nothing when its file system has no disk of its own (tmpfs,
/// overlay, network, btrfs with its anonymous device number).
std::optional<std::string> disk_below(const std::string& path);

/// The IO scheduler in force of a whole disk, "bfq" (kernel doc block/switching-sched.rst); empty where none is told.
std::string io_scheduler_of(const std::string& disk);

}  // namespace hermetric
