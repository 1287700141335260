#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "isolation/sys/result.hpp"
#include "isolation/workspace/skeleton.hpp"

namespace hermetric {

/// The mount namespace that cells are cloned from: the host's mounts as slaves, and on a tmpfs of its own what all
/// cells share. It is private to this process, so nothing of it is ever seen on the host and all of it goes with the
/// process.
///
/// Layout below directory(): skeleton/N the layers, root the mount point of a cell's root, lower/N mount points for
/// its id-mapped lowers, scratch where uppers that shall lie on tmpfs are mounted, empty an empty file, nothing an
/// empty directory.
class MountTemplate {
 public:
  /// Moves the CALLING THREAD and the threads it makes later into the new mount namespace: call it first in main().
  /// `directory` is made if it is missing; nothing is written in it.
  static Status enter(const std::string& directory);

  /// `directory` as given to enter(); `rootless`: by what is root only in a user namespace of its own.
  explicit MountTemplate(std::string directory, bool rootless = false)
      : directory_(std::move(directory)), rootless_(rootless) {}

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string root() const { return directory_ + "/root"; }
  [[nodiscard]] std::string lower(unsigned slot) const { return directory_ + "/lower/" + std::to_string(slot); }
  /// Makes lower(0) to lower(count - 1) where they are missing. Thread-safe.
  Status need_lowers(unsigned count);
  [[nodiscard]] std::string scratch() const { return directory_ + "/scratch"; }
  [[nodiscard]] std::string empty_directory() const { return directory_ + "/nothing"; }
  [[nodiscard]] std::string empty_file() const { return directory_ + "/empty"; }

  /// Whether layer_for() has made any: most cells of a run want the same. Thread-safe.
  bool has_a_layer();
  /// The layer for `skeleton`, owned by `uid`:`gid`: made at the first call, shared by all later ones. Thread-safe.
  Result<std::string> layer_for(const Skeleton& skeleton, std::uint32_t uid, std::uint32_t gid);

 private:
  std::string directory_;
  bool rootless_;
  std::mutex mutex_;
  std::map<std::string, std::string> layers_;  ///< key of the content -> path
  unsigned next_layer_ = 0;                    ///< a layer that failed half-way keeps its number
  unsigned lowers_ = 0;                        ///< how many are made
};

}  // namespace hermetric
