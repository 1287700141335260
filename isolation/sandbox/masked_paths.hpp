#pragma once

#include <string>
#include <vector>

namespace hermetric {

/// A path of /proc or /sys that a job sees empty.
struct MaskedPath {
  std::string path;
  bool is_directory = false;
};

/// Of what containers commonly mask: what this host has and a job could read. The rest is refused to a job anyway: its
/// root owns nothing there (user_namespaces(7)), so files of mode 0400 stay closed and none can be written.
std::vector<MaskedPath> find_masked_paths();

}  // namespace hermetric
