#include "runner/job/source_date.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include "runner/job/git.hpp"
#include "runner/job/git_object.hpp"

namespace hermetric {
namespace {

/// "committer NAME <MAIL> SECONDS ZONE".
std::optional<std::int64_t> committer_time(std::string_view commit) {
  const auto line = commit.find("\ncommitter ");
  if (line == std::string_view::npos) return std::nullopt;
  const auto mail_end = commit.find("> ", line);
  if (mail_end == std::string_view::npos) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(commit.data() + mail_end + 2, commit.data() + commit.size(), seconds);
  return error == std::errc{} ? std::optional(seconds) : std::nullopt;
}

}  // namespace

std::int64_t source_date_of(const std::string& directory) {
  HeadCommit head = read_head_commit(directory);
  if (!head.in_repository) return kDefaultSourceDate;
  if (!head.text) head.text = ask_git({"-C", directory, "cat-file", "commit", "HEAD"});
  return head.text ? committer_time(*head.text).value_or(kDefaultSourceDate) : kDefaultSourceDate;
}

}  // namespace hermetric
