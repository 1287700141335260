#include "runner/job/git_object.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "isolation/host/small_file.hpp"
#include "isolation/sys/fd.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBeginning = 4096;  ///< of an object; a commit's header is all that is wanted
constexpr std::size_t kIdSize = 20;       ///< SHA-1; repositories with SHA-256 are left to git
constexpr std::size_t kFanout = 8;        ///< where the fan-out table of an index of version 2 lies
constexpr std::size_t kIds = kFanout + std::size_t{256} * 4;
constexpr unsigned char kCommit = 1;

struct Repository {
  fs::path own;     ///< HEAD is there
  fs::path common;  ///< refs and objects are there: the same but for a linked work tree
};

std::string line_of(const fs::path& file) { return read_word(file.string()).value_or(""); }

Repository repository_at(const fs::path& own) {
  const std::string common = line_of(own / "commondir");
  return {own, common.empty() ? own : own / common};
}

/// ".git" of the nearest directory above, or where a ".git" file of a work tree points.
std::optional<Repository> repository_of(const fs::path& directory) {
  for (fs::path at = directory;; at = at.parent_path()) {
    std::error_code error;
    const fs::path candidate = at / ".git";
    if (fs::is_directory(candidate, error)) return repository_at(candidate);
    if (fs::is_regular_file(candidate, error)) {
      const std::string text = line_of(candidate);
      constexpr std::string_view kPrefix = "gitdir: ";
      if (text.starts_with(kPrefix)) return repository_at(at / text.substr(kPrefix.size()));
    }
    if (at == at.root_path() || at.empty()) return std::nullopt;
  }
}

bool is_id(std::string_view text) {
  return text.size() == 2 * kIdSize && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::string> if_id(std::string text) {
  return is_id(text) ? std::optional(std::move(text)) : std::nullopt;
}

/// "ID REF" of a line of packed-refs.
std::optional<std::string> packed_ref(const fs::path& git, const std::string& ref) {
  const std::string refs = read_file((git / "packed-refs").string()).value_or("");
  const auto at = refs.find(" " + ref + "\n");
  if (at == std::string::npos || at < 2 * kIdSize) return std::nullopt;
  return if_id(refs.substr(at - 2 * kIdSize, 2 * kIdSize));
}

std::optional<std::string> head_id(const Repository& git) {
  const std::string head = line_of(git.own / "HEAD");
  constexpr std::string_view kPrefix = "ref: ";
  if (!head.starts_with(kPrefix)) return if_id(head);
  const std::string ref = head.substr(kPrefix.size());
  if (auto id = if_id(line_of(git.common / ref))) return id;
  return packed_ref(git.common, ref);
}

/// The beginning of what was compressed, and of nothing that is no zlib stream.
std::optional<std::string> inflated(std::string_view input) {
  std::string text(kBeginning, '\0');
  z_stream stream{};
  if (::inflateInit(&stream) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int result = ::inflate(&stream, Z_SYNC_FLUSH);
  ::inflateEnd(&stream);
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return std::nullopt;
  text.resize(text.size() - stream.avail_out);
  return text;
}

std::optional<std::string> loose_object(const fs::path& git, const std::string& id) {
  const auto file = read_file((git / "objects" / id.substr(0, 2) / id.substr(2)).string());
  auto text = file ? inflated(*file) : std::nullopt;
  if (text) text->erase(0, text->find('\0') + 1);  // type and size
  return text;
}

/// Up to `size` bytes at `offset`; fewer at the end of the file.
std::string part_of(const Fd& file, std::uint64_t offset, std::size_t size) {
  std::string part(size, '\0');
  const ssize_t count = ::pread(file.get(), part.data(), size, static_cast<off_t>(offset));
  part.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return part;
}

/// A number of git's files: its first byte is the highest.
std::optional<std::uint32_t> number_at(const Fd& file, std::uint64_t offset) {
  const std::string bytes = part_of(file, offset, 4);
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string bytes_of(const std::string& id) {
  std::string bytes;
  for (std::size_t i = 0; i < id.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(id.substr(i, 2), nullptr, 16)));
  return bytes;
}

/// Where in the pack the object lies, by the pack's index.
std::optional<std::uint64_t> offset_in_pack(const fs::path& index, const std::string& id) {
  const auto file = sys::open(index, O_RDONLY);
  if (!file || part_of(*file, 0, kFanout) != std::string_view("\377tOc\0\0\0\2", kFanout)) return std::nullopt;
  const std::string wanted = bytes_of(id);
  const std::size_t first_byte = static_cast<unsigned char>(wanted.front());
  const auto begin = first_byte == 0 ? 0 : number_at(*file, kFanout + (first_byte - 1) * 4),
             end = number_at(*file, kFanout + first_byte * 4), count = number_at(*file, kIds - 4);
  const std::uint64_t size = static_cast<std::uint64_t>(std::max<off_t>(::lseek(file->get(), 0, SEEK_END), 0));
  if (!begin || !end || !count || *begin > *end || *end > *count || *count > size / kIdSize) return std::nullopt;
  const std::string ids = part_of(*file, kIds + std::uint64_t{*begin} * kIdSize, (*end - *begin) * kIdSize);
  for (std::uint32_t i = 0; (i + 1) * kIdSize <= ids.size(); ++i) {
    if (ids.compare(i * kIdSize, kIdSize, wanted) != 0) continue;
    const std::uint64_t offsets = kIds + std::uint64_t{*count} * (kIdSize + 4);  // behind the ids and their CRCs
    const auto offset = number_at(*file, offsets + std::uint64_t{*begin + i} * 4);
    if (!offset || (*offset & 0x80000000) != 0) return std::nullopt;  // a pack of more than 2 GiB
    return *offset;
  }
  return std::nullopt;
}

/// Of a commit that the pack holds as it is and not as a delta.
std::optional<std::string> commit_at(const fs::path& pack, std::uint64_t offset) {
  const auto file = sys::open(pack, O_RDONLY);
  if (!file) return std::nullopt;
  const std::string entry = part_of(*file, offset, kBeginning);
  std::size_t header = 0;  // its type and size: bytes whose highest bit says that another follows
  while (header < entry.size() && (static_cast<unsigned char>(entry[header]) & 0x80) != 0) ++header;
  if (header >= entry.size() || (static_cast<unsigned char>(entry.front()) >> 4 & 7) != kCommit) return std::nullopt;
  return inflated(std::string_view(entry).substr(header + 1));
}

std::optional<std::string> packed_object(const fs::path& git, const std::string& id) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(git / "objects/pack", error)) {
    if (entry.path().extension() != ".idx") continue;
    if (const auto offset = offset_in_pack(entry.path(), id))
      return commit_at(fs::path(entry.path()).replace_extension(".pack"), *offset);
  }
  return std::nullopt;
}

}  // namespace

HeadCommit read_head_commit(const fs::path& directory) {
  const auto git = repository_of(directory);
  if (!git) return {};
  HeadCommit commit{.in_repository = true, .text = {}};
  const auto id = head_id(*git);
  if (!id) return commit;
  commit.text = loose_object(git->common, *id);
  if (!commit.text) commit.text = packed_object(git->common, *id);
  return commit;
}

}  // namespace hermetric
