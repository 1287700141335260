#include "isolation/sys/event.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace hermetric {

Result<Event> Event::create() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return std::unexpected(Error::system("eventfd", "", errno));
  return Event(Fd(fd));
}

void Event::set() const {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is set.
  [[maybe_unused]] const ssize_t written = ::write(fd_.get(), &one, sizeof one);
}

bool Event::is_set() const {
  pollfd query{fd_.get(), POLLIN, 0};
  return ::poll(&query, 1, 0) == 1;
}

}  // namespace hermetric
