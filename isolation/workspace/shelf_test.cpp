#include "isolation/workspace/shelf.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

TEST(Shelf, AFewCellsInTurnThenTheNext) {
  std::set<std::string> shelves;
  for (unsigned number = 0; number < 16 * 256; ++number) shelves.insert(shelf_in("/cells", number));
  EXPECT_EQ(shelves.size(), 256);
  EXPECT_EQ(shelf_in("/cells", 0), shelf_in("/cells", 15));
  EXPECT_NE(shelf_in("/cells", 15), shelf_in("/cells", 16));
  EXPECT_EQ(shelf_in("/cells", 0), shelf_in("/cells", 16 * 256));
}

TEST(Shelf, IsThereAsLongAsSomethingLiesOnIt) {
  const testing::TemporaryDirectory place;
  const std::string shelf = shelf_in(place.path(), 3);
  ASSERT_TRUE(make_on_shelf(shelf + "/one"));
  ASSERT_TRUE(make_on_shelf(shelf + "/two"));
  EXPECT_FALSE(make_on_shelf(shelf + "/two")) << "it must not exist";
  ASSERT_TRUE(remove_from_shelf(shelf + "/one"));
  EXPECT_TRUE(fs::is_directory(shelf + "/two"));
  ASSERT_TRUE(remove_from_shelf(shelf + "/two"));
  EXPECT_FALSE(fs::exists(shelf));
}

TEST(Shelf, ADirectoryOfTheUsersIsNone) {
  const testing::TemporaryDirectory place;
  EXPECT_FALSE(make_on_shelf(place.path("users/cell"))) << "what lies above must exist";
  fs::create_directory(place.path("users"));
  ASSERT_TRUE(make_on_shelf(place.path("users/cell")));
  ASSERT_TRUE(remove_from_shelf(place.path("users/cell")));
  EXPECT_TRUE(fs::is_directory(place.path("users")));
}

TEST(Shelf, IsMadeAgainWhereAnotherHasJustRemovedIt) {
  const testing::TemporaryDirectory place;
  const auto make_and_remove = [&](const std::string& name) {
    for (int i = 0; i < 200; ++i) {
      const Status made = make_on_shelf(shelf_in(place.path(), 0) + name);
      ASSERT_TRUE(made) << made.error().message();
      const Status removed = remove_from_shelf(shelf_in(place.path(), 0) + name);
      ASSERT_TRUE(removed) << removed.error().message();
    }
  };
  {
    const std::jthread one([&] { make_and_remove("/one"); });
    const std::jthread two([&] { make_and_remove("/two"); });
  }
  EXPECT_TRUE(fs::is_empty(place.path()));
}

}  // namespace
}  // namespace hermetric
