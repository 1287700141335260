#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// The layers of an overlay whose job is dead: host paths, lowers topmost first.
struct OverlayLayers {
  std::string upper;
  std::vector<std::string> lowers;
  bool rootless = false;  ///< see overlay_attributes()
};

/// One difference that the job left behind.
struct Change {
  enum class Kind : std::uint8_t { kCreated, kModified, kDeleted };
  Kind kind = Kind::kCreated;
  std::string path;      ///< relative to the overlay's root
  struct stat status{};  ///< of the new file; of the old one if deleted
  int dir = -1;          ///< where the new content is: open `name` in `dir` with O_NOFOLLOW; borrowed for the call
  std::string name;
};

/// Calls visit for every difference between the overlay and its lowers, directories before what is in them: whatever
/// stands in the upper, what its whiteouts and opaque directories hide, and the content of renamed directories (those
/// count as deleted there and created here). Never follows a symlink. Nesting beyond 256 levels is an error.
Status visit_changes(const OverlayLayers& layers, const std::function<Status(const Change&)>& visit);

/// Files, not directories: what the report's `workspace` holds.
struct ChangeCounts {
  std::uint64_t files_created = 0;
  std::uint64_t files_modified = 0;
  std::uint64_t files_deleted = 0;
  std::uint64_t bytes_written = 0;  ///< sizes of the created and modified regular files
};
Result<ChangeCounts> count_changes(const OverlayLayers& layers);

}  // namespace hermetric
