#pragma once

#include <cstdint>
#include <string>

namespace hermetric {

/// 1980-01-01, the earliest time a ZIP archive can hold: what SOURCE_DATE_EPOCH is without a commit.
inline constexpr std::int64_t kDefaultSourceDate = 315532800;

/// The committer's time of HEAD in the git work tree that `directory` lies in, else kDefaultSourceDate. Reads git's
/// files itself where it can: a run of git costs as much as half a cell.
std::int64_t source_date_of(const std::string& directory);

}  // namespace hermetric
