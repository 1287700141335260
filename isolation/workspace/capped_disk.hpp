#pragma once

#include <string>

#include "isolation/sys/result.hpp"
#include "isolation/types/units.hpp"

namespace hermetric {

/// Makes the file `image` and mounts a fresh ext4 of it on the directory `mount_point`, with `size` bytes free (less
/// what directories take): a cap that the kernel holds. The image is sparse: what is not written takes no space. Its
/// loop device goes with the mount (LO_FLAGS_AUTOCLEAR, loop(4)). Runs mke2fs(8), some 20 ms.
Status mount_capped_disk(const std::string& image, const std::string& mount_point, Bytes size);

/// True if less than a hundredth of the file system at `path`, or less than 64 KiB, is free.
Result<bool> is_full(const std::string& path);

}  // namespace hermetric
