#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/late_close.hpp"
#include "isolation/sys/result.hpp"
#include "isolation/types/units.hpp"

namespace hermetric {

/// The uppers of one cell: a directory of its own on disk, or a tmpfs. With a size, what is written there is capped by
/// the kernel: the tmpfs's size, or a file system in a file of that size. Owns it: close() or the destructor removes it
/// with everything the job left in it.
class Scratch {
 public:
  /// Makes `directory`, which must not exist, as make_on_shelf() does. With `on_tmpfs` a tmpfs is mounted there.
  static Result<Scratch> create(const std::string& directory, bool on_tmpfs, std::optional<Bytes> size);

  Scratch(Scratch&& other) noexcept
      : base_(std::exchange(other.base_, {})),
        directory_(std::move(other.directory_)),
        mounted_(other.mounted_),
        uppers_(other.uppers_),
        fd_(std::move(other.fd_)) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch();

  /// Makes the pair upperN and workN for an overlay whose root shall look like this inside.
  Status add_upper(unsigned number, std::uint32_t uid, std::uint32_t gid, unsigned mode);

  /// Where the uppers are: the directory given to create() or one in it.
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string upper(unsigned number) const { return upper_in(directory_, number); }
  /// Where add_upper(number) puts it in the scratch that is to be `directory`.
  static std::string upper_in(const std::string& directory, unsigned number) {
    return directory + "/upper" + std::to_string(number);
  }

  /// "major:minor" of the block device that holds a disk cap; nothing without one.
  [[nodiscard]] std::optional<std::string> own_disk() const;

  /// Who waits until the disk has taken back what the directories took.
  enum class Freeing {
    kWaits,  ///< close(); each of a few directories has a thread, for ext4 with `discard` waits for the disk each time
    kLate,   ///< nobody, see LateClose: what is close()d has no name any more, and the kernel does the rest
  };
  /// The job is dead. What waits begins to be removed beside what the caller does: work directories, which nobody will
  /// look at.
  void begin_removal(Freeing freeing);

  Status close();

 private:
  Scratch(std::string base, std::string directory) : base_(std::move(base)), directory_(std::move(directory)) {}

  void remove_empty(const std::string& name);
  void remove_work(unsigned number);

  std::string base_;       ///< what close() removes; empty when that is done
  std::string directory_;  ///< base_, or a mount point in it
  bool mounted_ = false;   ///< something on directory_
  unsigned uppers_ = 0;
  Fd fd_;
  std::optional<LateClose> late_;
  std::vector<std::jthread> removers_;  ///< last: they end before what they use
};

}  // namespace hermetric
