#include "isolation/workspace/shelf.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kShelves = 256;
constexpr unsigned kCellsInTurn = 16;
constexpr std::string_view kPrefix = "hermetric-shelf-";
constexpr int kAttempts = 100;  ///< to make a directory on a shelf that others empty

/// What `directory` lies on; nothing if that is no shelf.
std::optional<fs::path> shelf_of(const fs::path& directory) {
  fs::path parent = directory.parent_path();
  if (!parent.filename().string().starts_with(kPrefix)) return std::nullopt;
  return parent;
}

/// Whether this file system knows the attribute does not matter.
void spread_what_is_made_in(const fs::path& directory) {
  const auto opened = sys::open(directory, O_RDONLY | O_DIRECTORY);
  int flags = 0;
  if (!opened || ::ioctl(opened->get(), FS_IOC_GETFLAGS, &flags) != 0 || (flags & FS_TOPDIR_FL) != 0) return;
  flags |= FS_TOPDIR_FL;
  (void)::ioctl(opened->get(), FS_IOC_SETFLAGS, &flags);
}

}  // namespace

std::string shelf_in(const std::string& parent, unsigned number) {
  return parent + "/" + std::string(kPrefix) + std::to_string(number / kCellsInTurn % kShelves);
}

Status make_on_shelf(const std::string& directory) {
  const auto shelf = shelf_of(directory);
  for (int attempt = 0;; ++attempt) {
    auto made = sys::mkdirat(AT_FDCWD, directory, 0700);
    if (made || !shelf || made.error().error_number() != ENOENT || attempt == kAttempts) return made;
    spread_what_is_made_in(shelf->parent_path());
    if (auto shelf_made = sys::mkdirat(AT_FDCWD, shelf->string(), 0700);
        !shelf_made && shelf_made.error().error_number() != EEXIST)
      return shelf_made;
  }
}

Status remove_from_shelf(const std::string& directory) {
  TRY(remove_tree(directory));
  const auto shelf = shelf_of(directory);
  if (!shelf || ::rmdir(shelf->c_str()) == 0) return {};
  const bool is_used = errno == ENOTEMPTY || errno == EEXIST;
  if (is_used || errno == ENOENT) return {};
  return std::unexpected(Error::system("rmdir", shelf->string(), errno));
}

}  // namespace hermetric
