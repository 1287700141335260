#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hermetric {

/// What `git WORDS` writes to stdout, without line ends behind it; nothing where it fails or there is no git. Only
/// commands that run nothing a repository could name; git itself refuses repositories of other users.
std::optional<std::string> ask_git(const std::vector<std::string>& words);

}  // namespace hermetric
