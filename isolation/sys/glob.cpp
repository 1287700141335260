#include "isolation/sys/glob.hpp"

#include <fnmatch.h>

#include <filesystem>

namespace hermetric {

PathComponents path_components(std::string_view path) {
  PathComponents components;
  for (const auto& component : std::filesystem::path(path).lexically_normal())
    if (!component.empty() && component != ".") components.push_back(component.string());
  return components;
}

/// Goes back to the last `**` only: what an earlier one could take besides, the last one can take as well. So the time
/// is bounded by the product of the lengths.
bool glob_matches(const PathComponents& pattern, const PathComponents& path) {
  std::size_t p = 0, i = 0, behind_stars = 0, resume = 0;
  while (i < path.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      behind_stars = ++p;
      resume = i;
    } else if (p < pattern.size() && ::fnmatch(pattern[p].c_str(), path[i].c_str(), FNM_NOESCAPE) == 0) {
      ++p;
      ++i;
    } else if (behind_stars != 0) {
      p = behind_stars;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == "**") ++p;
  return p == pattern.size();
}

bool glob_matches(std::string_view pattern, std::string_view path) {
  return glob_matches(path_components(pattern), path_components(path));
}

std::string glob_problem(std::string_view pattern) {
  if (pattern.empty()) return "is empty";
  if (pattern.starts_with("/")) return "is absolute: patterns are relative to the workspace";
  for (const std::string& component : path_components(pattern))
    if (component == "..") return "leaves the workspace";
  return "";
}

}  // namespace hermetric
