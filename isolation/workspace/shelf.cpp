#include "isolation/workspace/shelf.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

constexpr unsigned kShelves = 256;
constexpr unsigned kCellsInTurn = 16;
constexpr std::string_view kPrefix = "shelf-";
constexpr int kAttempts = 100;  ///< to make a directory on a shelf that others empty

std::filesystem::path parent_of(const std::filesystem::path& path) { return path.parent_path(); }

bool is_shelf(const std::filesystem::path& path) { return path.filename().string().starts_with(kPrefix); }

/// Whether this file system knows the attribute does not matter.
void spread_what_is_made_in(const std::filesystem::path& directory) {
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
  const auto shelf = parent_of(directory);
  for (int attempt = 0; is_shelf(shelf) && attempt < kAttempts; ++attempt) {
    if (::mkdir(directory.c_str(), 0700) == 0) return {};
    if (errno != ENOENT) return std::unexpected(Error::system("mkdir", directory, errno));
    spread_what_is_made_in(parent_of(shelf));
    if (::mkdir(shelf.c_str(), 0700) != 0 && errno != EEXIST)
      return std::unexpected(Error::system("mkdir", shelf.string(), errno));
  }
  return sys::mkdirat(AT_FDCWD, directory, 0700);
}

Status remove_from_shelf(const std::string& directory) {
  TRY(remove_tree(directory));
  const auto shelf = parent_of(directory);
  if (!is_shelf(shelf) || ::rmdir(shelf.c_str()) == 0) return {};
  const bool is_used = errno == ENOTEMPTY || errno == EEXIST;
  if (is_used || errno == ENOENT) return {};
  return std::unexpected(Error::system("rmdir", shelf.string(), errno));
}

}  // namespace hermetric
