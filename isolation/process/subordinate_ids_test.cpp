#include "isolation/process/subordinate_ids.hpp"

#include <gtest/gtest.h>

namespace hermetric {
namespace {

using Range = std::optional<SubordinateRange>;

TEST(SubordinateIds, AreFoundByNameOrNumber) {
  constexpr std::string_view kText = "other:1:2\nann:100000:65536\n1000:300000:9\n";
  EXPECT_EQ(subordinate_range(kText, "ann", 7), (SubordinateRange{100'000, 65'536}));
  EXPECT_EQ(subordinate_range(kText, "bob", 1000), (SubordinateRange{300'000, 9}));
  EXPECT_EQ(subordinate_range(kText, "bob", 1001), Range());
  EXPECT_EQ(subordinate_range(kText, "", 1001), Range()) << "a user without a name is nobody's namesake";
  EXPECT_EQ(subordinate_range("", "ann", 0), Range());
}

TEST(SubordinateIds, OfSeveralRangesTheLargestCounts) {
  EXPECT_EQ(subordinate_range("ann:10:5\nann:100:50\nann:1000:7", "ann", 1), (SubordinateRange{100, 50}));
}

TEST(SubordinateIds, LinesThatMeanNothingCountForNothing) {
  for (const char* text : {"ann", "ann:", "ann:1", "ann:1:", "ann:1:0", "ann:-1:5", "ann:x:5", "ann:1:5x", ":1:5",
                           "ann:99999999999:5", "#ann:1:5", "\n\n"})
    EXPECT_EQ(subordinate_range(text, "ann", 1000), Range()) << text;
}

TEST(SubordinateIds, TheLoginNameStandsInPasswd) {
  constexpr std::string_view kText =
      "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\ntwin:x:1000:1::/:/\n";
  EXPECT_EQ(login_name(kText, 1000), "ann");
  EXPECT_EQ(login_name(kText, 0), "root");
  EXPECT_EQ(login_name(kText, 5), "");
}

}  // namespace
}  // namespace hermetric
