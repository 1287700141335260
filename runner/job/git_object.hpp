#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hermetric {

/// The beginning, some kilobytes, of the commit that HEAD names in the git work tree that `directory` lies in, read
/// without git (gitrepository-layout(5), gitformat-pack(5)). Nothing where there is no repository.
struct HeadCommit {
  bool in_repository = false;
  std::optional<std::string> text;  ///< nothing where only git can tell: a delta, alternates, refs of another form
};
HeadCommit read_head_commit(const std::filesystem::path& directory);

}  // namespace hermetric
