#include "isolation/workspace/shelf.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

TEST(Shelf, AFewCellsInTurnThenTheNext) {
  std::set<std::string> shelves;
  for (unsigned number = 0; number < 16 * 256; ++number) shelves.insert(place_on_shelf("/cells", number, "cell"));
  EXPECT_EQ(shelves.size(), 256);
  EXPECT_EQ(place_on_shelf("/cells", 0, "cell"), place_on_shelf("/cells", 15, "cell"));
  EXPECT_NE(place_on_shelf("/cells", 15, "cell"), place_on_shelf("/cells", 16, "cell"));
  EXPECT_EQ(place_on_shelf("/cells", 0, "cell"), place_on_shelf("/cells", 16 * 256, "cell"));
  EXPECT_NE(place_on_shelf("/cells", 0, "cell"), place_on_shelf("/cells", 0, "other"));
}

TEST(Shelf, LeavesTheDirectoryAndNothingElse) {
  const testing::TemporaryDirectory place;
  const std::string cell = place_on_shelf(place.path(), 3, "cell");
  ASSERT_TRUE(make_on_shelf(cell));
  EXPECT_FALSE(make_on_shelf(cell)) << "it must not exist";
  EXPECT_TRUE(fs::is_directory(cell));
  fs::remove(cell);
  EXPECT_TRUE(fs::is_empty(place.path()));
}

TEST(Shelf, ADirectoryOfTheUsersIsMadeAsItIs) {
  const testing::TemporaryDirectory place;
  EXPECT_FALSE(make_on_shelf(place.path("users/cell"))) << "what lies above must exist";
  fs::create_directory(place.path("users"));
  ASSERT_TRUE(make_on_shelf(place.path("users/cell")));
  clear_shelf_of(place.path("users/cell"));
  EXPECT_TRUE(fs::is_directory(place.path("users/cell")));
}

TEST(Shelf, OfAKilledRunIsUsedOrCleared) {
  const testing::TemporaryDirectory place;
  const std::string cell = place_on_shelf(place.path(), 0, "cell"), shelf = place.path("hermetric-shelf-0");
  fs::create_directory(shelf);
  ASSERT_TRUE(make_on_shelf(cell));
  EXPECT_FALSE(fs::exists(shelf));
  fs::create_directory(shelf);
  clear_shelf_of(cell);
  EXPECT_FALSE(fs::exists(shelf));
}

TEST(Shelf, TwoAtOnceGetOneDirectoryEach) {
  const testing::TemporaryDirectory place;
  const auto make_and_remove = [&](const std::string& name) {
    const std::string cell = place_on_shelf(place.path(), 0, name);
    for (int i = 0; i < 200; ++i) {
      const Status made = make_on_shelf(cell);
      ASSERT_TRUE(made) << made.error().message();
      ASSERT_TRUE(fs::remove(cell)) << cell;
    }
    clear_shelf_of(cell);
  };
  {
    const std::jthread one([&] { make_and_remove("one"); });
    const std::jthread two([&] { make_and_remove("two"); });
  }
  EXPECT_TRUE(fs::is_empty(place.path()));
}

}  // namespace
}  // namespace hermetric
