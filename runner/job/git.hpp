#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hermetric {

/// What `git WORDS` writes to stdout, without line ends behind it; nothing where it fails or there is no git. It runs
/// no hook and no monitor that a repository names; git itself refuses repositories of other users.
std::optional<std::string> ask_git(const std::vector<std::string>& words);

}  // namespace hermetric
