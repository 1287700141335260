#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hermetric {

/// "a/./b//c" is a, b, c.
using PathComponents = std::vector<std::string>;
PathComponents path_components(std::string_view path);

/// True if `path` (relative, "a/b/c") matches `pattern`: `**` stands for any number of components, `*`, `?` and `[...]`
/// for characters within one, as glob(7); a leading dot needs no dot in the pattern.
bool glob_matches(std::string_view pattern, std::string_view path);
bool glob_matches(const PathComponents& pattern, const PathComponents& path);

/// Why `pattern` cannot stand for paths below a workspace ("leaves the workspace"), or empty.
std::string glob_problem(std::string_view pattern);

}  // namespace hermetric
