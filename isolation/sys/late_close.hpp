#pragma once

#include <utility>
#include <vector>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// Lets the kernel close files when this process does not wait for it. The last descriptor of a directory that has no
/// name any more gives back what it took, and that may wait for the disk: tenths of a millisecond each on ext4 without
/// a journal and with `discard` (mount(8)). A ring of io_uring_setup(2) keeps files of its own, and what it kept is
/// closed by a worker of the kernel when the ring is gone (io_ring_exit_work() in io_uring/io_uring.c).
class LateClose {
 public:
  /// Error: the kernel or a filter lets nobody make a ring.
  static Result<LateClose> create();

  /// Not an O_PATH one: the ring takes none.
  void add(Fd fd) { fds_.push_back(std::move(fd)); }

  /// Closes all that was added. Their file system stays busy for some milliseconds more.
  void close();

 private:
  explicit LateClose(Fd ring) : ring_(std::move(ring)) {}

  Fd ring_;
  std::vector<Fd> fds_;
};

}  // namespace hermetric
