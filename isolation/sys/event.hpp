#pragma once

#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// Something that happens once and can be polled for: eventfd(2), readable from then on. set() is safe in signal
/// handlers.
class Event {
 public:
  static Result<Event> create();

  void set() const;
  [[nodiscard]] bool is_set() const;
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  explicit Event(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace hermetric
