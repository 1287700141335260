#include "isolation/sandbox/masked_paths.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <memory>

namespace hermetric {
namespace {

/// Hardware, firmware tables, and what tells of others' typing and energy use.
constexpr const char* kCandidates[] = {"/proc/acpi",
                                       "/proc/asound",
                                       "/proc/interrupts",
                                       "/proc/kcore",
                                       "/proc/latency_stats",
                                       "/proc/sched_debug",
                                       "/proc/scsi",
                                       "/proc/timer_list",
                                       "/proc/timer_stats",
                                       "/sys/firmware",
                                       "/sys/devices/virtual/powercap"};

constexpr int kEntriesOfAnEmptyDirectory = 2;  // "." and ".."

bool has_entries(const char* path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path), ::closedir);
  int entries = 0;
  while (directory && entries <= kEntriesOfAnEmptyDirectory && ::readdir(directory.get()) != nullptr) ++entries;
  return entries > kEntriesOfAnEmptyDirectory;
}

}  // namespace

std::vector<MaskedPath> find_masked_paths() {
  std::vector<MaskedPath> found;
  for (const char* path : kCandidates) {
    struct stat look{};
    if (::lstat(path, &look) != 0 || (look.st_mode & S_IROTH) == 0) continue;
    const bool is_directory = S_ISDIR(look.st_mode);
    if (is_directory ? has_entries(path) : S_ISREG(look.st_mode)) found.push_back({path, is_directory});
  }
  return found;
}

}  // namespace hermetric
