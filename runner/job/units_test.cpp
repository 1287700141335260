#include "runner/job/units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "runner/job/job_spec.hpp"
#include "runner/job/nearest_name.hpp"

namespace hermetric {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Units, Sizes) {
  const std::vector<std::pair<std::string_view, std::uint64_t>> good = {
      {"0", 0}, {"4096", 4096}, {"512K", 512 << 10}, {"512M", 512 << 20}, {"2G", 2ULL << 30}, {"1T", 1ULL << 40}};
  for (const auto& [text, count] : good) {
    ASSERT_TRUE(parse_size(text)) << text;
    EXPECT_EQ(parse_size(text)->count, count) << text;
  }
  for (const std::string_view text : {"", "K", "1.5G", "512MB", "512m", "-1", "+1", " 1", "1 ", "1K1", "0x10", "one"}) {
    ASSERT_FALSE(parse_size(text)) << text;
    EXPECT_THAT(parse_size(text).error().message(), HasSubstr("is not a size (write a whole number of bytes")) << text;
  }
  for (const std::string_view text :
       {"99999999999999999999", "9223372036854775808", "8388608T", "9000000000000000000K"}) {
    ASSERT_FALSE(parse_size(text)) << text;
    EXPECT_THAT(parse_size(text).error().message(), HasSubstr("too large")) << text;
  }
  EXPECT_EQ(parse_positive_size("0M").error().message(), "must be more than 0 (leave it out for no cap)");
}

TEST(Units, Durations) {
  const std::vector<std::pair<std::string_view, Duration>> good = {
      {"0", 0ms},        {"100us", Duration(100)}, {"250ms", 250ms}, {"10s", 10'000ms},
      {"5m", 300'000ms}, {"1h", 3'600'000ms},      {"0s", 0ms}};
  for (const auto& [text, duration] : good) {
    ASSERT_TRUE(parse_duration(text)) << text;
    EXPECT_EQ(*parse_duration(text), duration) << text;
  }
  for (const std::string_view text : {"", "10", "s", "1.5s", "-1s", "10 s", "10min", "1h30m", "1d"})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_FALSE(parse_duration("9223372036854775807h"));
  EXPECT_FALSE(parse_positive_duration("0ms"));
  EXPECT_EQ(parse_duration("10").error().message(),
            "\"10\" is not a duration (write a whole number with us, ms, s, m or h, like 250ms or 10s)");
}

TEST(Units, IntegersAndCpus) {
  EXPECT_EQ(*parse_integer("0"), 0U);
  EXPECT_EQ(*parse_integer("10000", {.low = 1, .high = 10000}), 10000U);
  EXPECT_EQ(parse_integer("0", {.low = 1}).error().message(), "\"0\" is not a whole number, 1 or more");
  EXPECT_EQ(parse_integer("10001", {.low = 1, .high = 10000}).error().message(),
            "\"10001\" is not a whole number from 1 to 10000");
  for (const std::string_view text : {"", "-1", "+1", "1.0", "1e3", "99999999999999999999"})
    EXPECT_FALSE(parse_integer(text));

  EXPECT_EQ(*parse_cpus("2"), 2);
  EXPECT_EQ(*parse_cpus("0.5"), 0.5);
  for (const std::string_view text : {"", "0", "-1", "nan", "inf", "1e999", "2x", "0.001", " 1"})
    EXPECT_FALSE(parse_cpus(text)) << text;
}

TEST(Units, ChoicesOfferTheNearest) {
  EXPECT_EQ(*parse_choice("nat", kNetworkNames), 2U);
  EXPECT_EQ(parse_choice("privat", kNetworkNames).error().message(),
            "\"privat\" is not one of none, private, nat, host (did you mean \"private\"?)");
  EXPECT_EQ(parse_choice("bridge", kNetworkNames).error().message(),
            "\"bridge\" is not one of none, private, nat, host");
}

TEST(NearestName, CountsEdits) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("command", "command"), 0U);
  EXPECT_EQ(edit_distance("comand", "command"), 1U);
  EXPECT_EQ(edit_distance("cmomand", "command"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(NearestName, OffersOnlySlips) {
  const std::vector<std::string> names = {"build", "test", "deploy"};
  EXPECT_EQ(did_you_mean("tset", names), " (did you mean \"test\"?)");
  EXPECT_EQ(did_you_mean("depl", names), " (did you mean \"deploy\"?)");
  EXPECT_EQ(did_you_mean("de", names), "");
  EXPECT_EQ(did_you_mean("x", names), "");
  EXPECT_EQ(did_you_mean("package", names), "");
  EXPECT_EQ(did_you_mean("x", std::vector<std::string>{}), "");
}

}  // namespace
}  // namespace hermetric
