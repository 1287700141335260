#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"
#include "isolation/types/units.hpp"

namespace hermetric {

/// The uppers of one cell: a directory of its own on disk, or a tmpfs. Owns it: close() or the destructor removes it
/// with everything the job left in it.
class Scratch {
 public:
  /// Makes `directory`, which must not exist. With `on_tmpfs` a tmpfs is mounted there.
  static Result<Scratch> create(const std::string& directory, bool on_tmpfs, std::optional<Bytes> size);

  Scratch(Scratch&& other) noexcept
      : directory_(std::exchange(other.directory_, {})), on_tmpfs_(other.on_tmpfs_), uppers_(other.uppers_), fd_(std::move(other.fd_)) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch();

  /// Makes the pair upperN and workN for an overlay whose root shall look like this inside.
  Status add_upper(unsigned number, std::uint32_t uid, std::uint32_t gid, unsigned mode);

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string upper(unsigned number) const { return upper_in(directory_, number); }
  /// Where add_upper(number) puts it in the scratch that is to be `directory`.
  static std::string upper_in(const std::string& directory, unsigned number) {
    return directory + "/upper" + std::to_string(number);
  }

  /// The job is dead: begins to remove the work directories, which nobody will look at, beside what the caller does.
  /// Removing a directory may wait for the disk (ext4 mounted with `discard`: 0.15 ms each), so each has a thread.
  void begin_removal();

  Status close();

 private:
  Scratch(std::string directory, bool on_tmpfs) : directory_(std::move(directory)), on_tmpfs_(on_tmpfs) {}

  void remove_work(unsigned number) const;

  std::string directory_;
  bool on_tmpfs_ = false;
  unsigned uppers_ = 0;
  Fd fd_;
  std::vector<std::jthread> removers_;  ///< last: they end before what they use
};

}  // namespace hermetric
