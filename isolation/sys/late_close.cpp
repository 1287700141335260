#include "isolation/sys/late_close.hpp"

#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace hermetric {

Result<LateClose> LateClose::create() {
  struct io_uring_params params{};
  Fd ring(static_cast<int>(::syscall(SYS_io_uring_setup, 1, &params)));
  if (!ring.valid()) return std::unexpected(Error::system("io_uring_setup", "", errno));
  return LateClose(std::move(ring));
}

void LateClose::close() {
  std::vector<int> numbers;
  numbers.reserve(fds_.size());
  for (const Fd& fd : fds_) numbers.push_back(fd.get());
  // Where the ring does not take them they are closed here.
  (void)::syscall(SYS_io_uring_register, ring_.get(), IORING_REGISTER_FILES, numbers.data(), numbers.size());
  fds_.clear();
  ring_.close();
}

}  // namespace hermetric
