#include "isolation/sys/event.hpp"

#include <gtest/gtest.h>
#include <poll.h>

namespace hermetric {
namespace {

bool readable(int fd) {
  pollfd query{fd, POLLIN, 0};
  return ::poll(&query, 1, 0) == 1;
}

TEST(Event, IsReadableFromTheFirstSetOn) {
  const auto event = Event::create();
  ASSERT_TRUE(event) << event.error().message();
  EXPECT_FALSE(event->is_set());
  EXPECT_FALSE(readable(event->fd()));
  event->set();
  EXPECT_TRUE(event->is_set());
  EXPECT_TRUE(readable(event->fd()));
}

TEST(Event, StaysSetHoweverOftenItIsAsked) {
  const auto event = Event::create();
  ASSERT_TRUE(event);
  for (int i = 0; i < 3; ++i) event->set();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(event->is_set()) << "query " << i;
}

TEST(Event, EachIsItsOwn) {
  const auto one = Event::create(), other = Event::create();
  ASSERT_TRUE(one && other);
  one->set();
  EXPECT_FALSE(other->is_set());
}

}  // namespace
}  // namespace hermetric
