#include "runner/job/source_date.hpp"

#include <zlib.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>

#include "isolation/sys/files.hpp"
#include "runner/job/git.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

/// The repository's directory: ".git" of the nearest directory above, or where a ".git" file of a worktree points.
std::optional<fs::path> git_directory(const fs::path& directory) {
  for (fs::path at = directory;; at = at.parent_path()) {
    std::error_code error;
    fs::path candidate = at / ".git";
    if (fs::is_directory(candidate, error)) return candidate;
    if (fs::is_regular_file(candidate, error)) {
      const std::string text = trimmed(read_file(candidate.string()).value_or(""));
      constexpr std::string_view kPrefix = "gitdir: ";
      if (text.starts_with(kPrefix)) return at / text.substr(kPrefix.size());
    }
    if (at == at.root_path() || at.empty()) return std::nullopt;
  }
}

bool is_object_name(std::string_view text) {
  return text.size() >= 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::string> head_commit(const fs::path& git) {
  std::string head = trimmed(read_file((git / "HEAD").string()).value_or(""));
  if (is_object_name(head)) return head;
  constexpr std::string_view kPrefix = "ref: ";
  if (!head.starts_with(kPrefix)) return std::nullopt;
  const std::string commit = trimmed(read_file((git / head.substr(kPrefix.size())).string()).value_or(""));
  return is_object_name(commit) ? std::optional(commit) : std::nullopt;
}

/// The beginning of a loose object; a commit's header is all that is wanted.
std::optional<std::string> loose_object(const fs::path& git, const std::string& name) {
  const auto packed = read_file((git / "objects" / name.substr(0, 2) / name.substr(2)).string());
  if (!packed) return std::nullopt;
  std::string text(4096, '\0');
  z_stream stream{};
  if (::inflateInit(&stream) != Z_OK) return std::nullopt;
  std::string input = *packed;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int result = ::inflate(&stream, Z_SYNC_FLUSH);
  ::inflateEnd(&stream);
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return std::nullopt;
  text.resize(text.size() - stream.avail_out);
  return text;
}

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
  const auto git = git_directory(directory);
  if (!git) return kDefaultSourceDate;
  std::optional<std::string> commit;
  if (const auto name = head_commit(*git)) commit = loose_object(*git, *name);
  if (!commit) commit = ask_git({"-C", directory, "cat-file", "commit", "HEAD"});
  return commit ? committer_time(*commit).value_or(kDefaultSourceDate) : kDefaultSourceDate;
}

}  // namespace hermetric
