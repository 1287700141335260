#pragma once

#include <string>
#include <string_view>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// The whole content of a file relative to `dir`; made for /proc and cgroup files, whose size is not known before.
Result<std::string> read_file_at(int dir, const std::string& path);
Result<std::string> read_file(const std::string& path);

/// Writes `text` with one write(2), as /proc and cgroup files want it. The file must exist.
Status write_file_at(int dir, const std::string& path, std::string_view text);

/// Creates or replaces `path`: temporary name beside it, fsync, rename. Whoever looks sees the old or the new file
/// whole.
Status replace_file(const std::string& path, std::string_view text, unsigned mode = 0644);

/// mkdir -p.
Status make_directories(const std::string& path, unsigned mode = 0755);

/// Removes `path` and everything below it, never following a symlink, never leaving through a mount point it was
/// not told about; directories without permission bits are no obstacle. A missing path is not an error.
Status remove_tree_at(int dir, const std::string& path);
Status remove_tree(const std::string& path);

}  // namespace hermetric
