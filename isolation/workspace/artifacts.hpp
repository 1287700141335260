#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"
#include "isolation/types/units.hpp"
#include "isolation/workspace/changes.hpp"

namespace hermetric {

struct CollectedFile {
  std::string path;
  Bytes size;
  std::string sha256;  ///< lower-case hexadecimal
};

struct Collection {
  std::vector<CollectedFile> files;
  std::vector<std::string> warnings;  ///< a pattern without a match, a file that is no artifact
};

/// Copies what the dead job made or changed below `workspace` (its path as the job saw it) and a pattern matches into
/// `destination`, which is made when there is something to take: modes (less set-id bits) and times kept, owned by the
/// caller, symlinks as symlinks as long as they stay inside; devices, FIFOs and sockets are left with a warning.
Result<Collection> collect_artifacts(const OverlayLayers& layers, const std::string& workspace,
                                     const std::vector<std::string>& patterns, const std::string& destination);

}  // namespace hermetric
