#include "isolation/workspace/shelf.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kShelves = 256;
constexpr unsigned kCellsInTurn = 16;
constexpr std::string_view kPrefix = "hermetric-shelf-";
constexpr int kAttempts = 100;  ///< to be the one that makes a shelf and renames it

/// "PARENT/SHELF" of "PARENT/SHELF.CELL"; nothing of a place that is on no shelf.
std::optional<std::string> shelf_of(const fs::path& directory) {
  const std::string name = directory.filename();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  return directory.parent_path() / name.substr(0, name.find('.'));
}

}  // namespace

void spread_shelves_of(const std::string& parent) {
  const auto opened = sys::open(parent, O_RDONLY | O_DIRECTORY);
  int flags = 0;
  if (!opened || ::ioctl(opened->get(), FS_IOC_GETFLAGS, &flags) != 0 || (flags & FS_TOPDIR_FL) != 0) return;
  flags |= FS_TOPDIR_FL;
  (void)::ioctl(opened->get(), FS_IOC_SETFLAGS, &flags);
}

std::string place_on_shelf(const std::string& parent, unsigned number, const std::string& cell) {
  return parent + "/" + std::string(kPrefix) + std::to_string(number / kCellsInTurn % kShelves) + "." + cell;
}

Status make_on_shelf(const std::string& directory) {
  const auto shelf = shelf_of(directory);
  if (!shelf) return sys::mkdirat(AT_FDCWD, directory, 0700);
  for (int attempt = 0;; ++attempt) {
    const auto made = sys::mkdirat(AT_FDCWD, *shelf, 0700);
    if (!made && made.error().error_number() != EEXIST) return made;
    // Another's, left by a killed run or about to be renamed, serves as well. In the latter case one of both is late.
    if (::renameat2(AT_FDCWD, shelf->c_str(), AT_FDCWD, directory.c_str(), RENAME_NOREPLACE) == 0) return {};
    if (errno == ENOENT && attempt < kAttempts) continue;
    Error error = Error::system("mkdir", directory, errno);
    ::rmdir(shelf->c_str());
    return std::unexpected(std::move(error));
  }
}

void clear_shelf_of(const std::string& directory) {
  if (const auto shelf = shelf_of(directory)) ::rmdir(shelf->c_str());
}

}  // namespace hermetric
