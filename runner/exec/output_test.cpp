#include "runner/exec/output.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "isolation/sys/system.hpp"
#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

class Output : public ::testing::Test {
 protected:
  Output()
      : sink_(*sys::open(directory_.path("sink"), O_WRONLY | O_CREAT, 0600)),
        stream_(*OutputStream::create(sink_.get(), "sink")) {}

  void job_writes(const std::string& text) {
    ASSERT_EQ(::write(stream_.job_end(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  [[nodiscard]] std::string sunk() const { return directory_.read("sink"); }

  testing::TemporaryDirectory directory_;
  Fd sink_;
  OutputStream stream_;
};

TEST_F(Output, PassesEveryByteOn) {
  std::string binary;
  for (int i = 0; i < 1024; ++i) binary.push_back(static_cast<char>(i));
  job_writes(binary);
  EXPECT_EQ(stream_.pump(kNoLimit).value_or(0), binary.size());
  EXPECT_EQ(sunk(), binary);
  EXPECT_EQ(stream_.bytes(), binary.size());
}

TEST_F(Output, NothingThereIsNotTheEnd) {
  EXPECT_EQ(stream_.pump(kNoLimit).value_or(1), 0U);
  EXPECT_TRUE(stream_.open());
}

TEST_F(Output, ClosesAtTheEndOfTheStream) {
  job_writes("last");
  stream_.close_job_end();
  EXPECT_EQ(stream_.pump(kNoLimit).value_or(0), 4U);
  EXPECT_TRUE(stream_.open());
  EXPECT_EQ(stream_.pump(kNoLimit).value_or(1), 0U);
  EXPECT_FALSE(stream_.open());
}

TEST_F(Output, KeepsWhatTheBudgetAllowsAndTellsAllThatCame) {
  for (const auto& [budget, kept] :
       {std::pair{5U, "12345"}, std::pair{4U, "1234"}, std::pair{6U, "12345"}, std::pair{0U, ""}}) {
    ASSERT_EQ(::ftruncate(sink_.get(), 0), 0);
    ASSERT_EQ(::lseek(sink_.get(), 0, SEEK_SET), 0);
    job_writes("12345");
    EXPECT_EQ(stream_.pump(budget).value_or(0), 5U) << "budget " << budget;
    EXPECT_EQ(sunk(), kept) << "budget " << budget;
  }
}

TEST_F(Output, ABrokenSinkIsAnError) {
  ::signal(SIGPIPE, SIG_IGN);
  auto pipe = sys::pipe2(O_CLOEXEC);
  ASSERT_TRUE(pipe);
  auto stream = OutputStream::create(pipe->write_end.get(), "sink");
  ASSERT_TRUE(stream);
  pipe->read_end.close();
  ASSERT_EQ(::write(stream->job_end(), "x", 1), 1);
  const auto pumped = stream->pump(kNoLimit);
  ASSERT_FALSE(pumped);
  EXPECT_EQ(pumped.error().error_number(), EPIPE) << pumped.error().message();
}

}  // namespace
}  // namespace hermetric
