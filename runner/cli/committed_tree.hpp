#pragma once

#include <optional>
#include <string>

namespace hermetric {

/// git's name of what `directory` holds, if that is just what `commit` has there: the commit is checked out, and
/// nothing is changed, untracked, ignored, skipped (sparse checkouts) or a repository of its own (submodules). The
/// report at `report`, with the report directory it lies in, does not count. Else nothing.
std::optional<std::string> committed_tree(const std::string& directory, const std::string& commit,
                                          const std::string& report);

}  // namespace hermetric
