#include "isolation/sys/late_close.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include "isolation/sys/system.hpp"
#include "isolation/sys/testing/require.hpp"

namespace hermetric {
namespace {

constexpr int kPatienceMs = 30'000;

/// How poll(2) sees the read end of a pipe: POLLHUP when all write ends are closed.
int events_of(const Fd& read_end, int timeout_ms) {
  pollfd query{read_end.get(), POLLIN, 0};
  return ::poll(&query, 1, timeout_ms) == 1 ? query.revents : 0;
}

TEST(LateClose, ClosesAllItIsGiven) {
  auto late = LateClose::create();
  HERMETRIC_NEED("io_uring", late.has_value(), late.error().message());
  std::vector<Fd> read_ends;
  std::vector<int> numbers;
  for (int i = 0; i < 12; ++i) {
    auto pipe = sys::pipe2(O_CLOEXEC);
    ASSERT_TRUE(pipe) << pipe.error().message();
    EXPECT_EQ(events_of(pipe->read_end, 0), 0);
    numbers.push_back(pipe->write_end.get());
    read_ends.push_back(std::move(pipe->read_end));
    late->add(std::move(pipe->write_end));
  }
  for (const int number : numbers) EXPECT_GE(::fcntl(number, F_GETFD), 0);
  late->close();
  for (const int number : numbers) EXPECT_EQ(::fcntl(number, F_GETFD), -1) << "no descriptor of this process is left";
  for (const Fd& read_end : read_ends) EXPECT_EQ(events_of(read_end, kPatienceMs), POLLHUP);
}

TEST(LateClose, ClosesHereWhatARingDoesNotTake) {
  auto late = LateClose::create();
  HERMETRIC_NEED("io_uring", late.has_value(), late.error().message());
  auto path = sys::open("/", O_PATH);
  ASSERT_TRUE(path) << path.error().message();
  const int number = path->get();
  late->add(*std::move(path));
  late->close();
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

}  // namespace
}  // namespace hermetric
