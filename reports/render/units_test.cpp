#include "reports/render/units.hpp"

#include <gtest/gtest.h>

namespace hermetric {
namespace {

TEST(Units, Durations) {
  EXPECT_EQ(format_duration(Duration(0)), "0 µs");
  EXPECT_EQ(format_duration(Duration(999)), "999 µs");
  EXPECT_EQ(format_duration(Duration(1000)), "1.00 ms");
  EXPECT_EQ(format_duration(Duration(9'994)), "9.99 ms");
  EXPECT_EQ(format_duration(Duration(9'996)), "10.0 ms");
  EXPECT_EQ(format_duration(Duration(99'960)), "100 ms");
  EXPECT_EQ(format_duration(Duration(999'600)), "1.00 s");
  EXPECT_EQ(format_duration(std::chrono::seconds(600)), "600 s");
  EXPECT_EQ(format_duration(std::chrono::seconds(1000)), "16.7 min");
  EXPECT_EQ(format_duration(std::chrono::hours(100)), "100 h");
  EXPECT_EQ(format_duration(std::chrono::hours(5000)), "5000 h");
}

TEST(Units, Bytes) {
  EXPECT_EQ(format_bytes({0}), "0 B");
  EXPECT_EQ(format_bytes({999}), "999 B");
  EXPECT_EQ(format_bytes({1023}), "0.999 KiB");
  EXPECT_EQ(format_bytes(kibibytes(4)), "4.00 KiB");
  EXPECT_EQ(format_bytes(mebibytes(70)), "70.0 MiB");
  EXPECT_EQ(format_bytes(mebibytes(1000)), "0.977 GiB");
  EXPECT_EQ(format_bytes({UINT64_MAX}), "16.0 EiB");
}

TEST(Units, Counts) {
  EXPECT_EQ(format_count(7), "7");
  EXPECT_EQ(format_count(12'345), "12.3 k");
  EXPECT_EQ(format_count(UINT64_MAX), "18.4 E");
}

}  // namespace
}  // namespace hermetric
