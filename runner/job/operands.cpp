#include "runner/job/operands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <vector>

#include "isolation/sys/glob.hpp"
#include "runner/job/nearest_name.hpp"
#include "runner/job/units.hpp"

namespace hermetric {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == text.npos) return parts;
    begin = end + 1;
  }
}

Error not_a(std::string_view noun, std::string_view text, std::string_view remedy) {
  return Error(fmt::format("\"{}\" is not {}", text, noun)).remedy(remedy);
}

struct IoKey {
  std::string_view name;
  std::optional<std::uint64_t> IoMax::* member;
  bool bytes;
};
constexpr std::array<IoKey, 4> kIoKeys = {{{"rbps", &IoMax::read_bytes_per_second, true},
                                           {"wbps", &IoMax::write_bytes_per_second, true},
                                           {"riops", &IoMax::read_ops_per_second, false},
                                           {"wiops", &IoMax::write_ops_per_second, false}}};

Result<std::uint64_t> parse_rate(std::string_view text, const IoKey& key) {
  if (!key.bytes) return parse_integer(text);
  TRY_ASSIGN(const Bytes bytes, parse_size(text));
  return bytes.count;
}

Status set_io_key(IoMax& io_max, std::string_view setting) {
  const std::size_t equals = std::min(setting.find('='), setting.size());
  const std::string_view name = setting.substr(0, equals);
  const auto key = std::ranges::find(kIoKeys, name, &IoKey::name);
  if (key == kIoKeys.end() || equals == setting.size())
    return std::unexpected(not_a("an IO cap", setting, "write rbps=, wbps=, riops= or wiops= and a number"));
  if (io_max.*(key->member)) return std::unexpected(Error(fmt::format("{} is given twice", name)));
  auto rate = parse_rate(setting.substr(equals + 1), *key);
  if (!rate) return std::unexpected(std::move(rate).error().in(name));
  io_max.*(key->member) = *rate;
  return {};
}

}  // namespace

Result<std::string> parse_path(std::string_view text, std::string_view directory) {
  if (text.empty()) return std::unexpected(Error("a path cannot be empty"));
  std::string path = (std::filesystem::path(directory) / text).lexically_normal().string();
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

Result<PathPair> parse_path_pair(std::string_view text, std::string_view directory) {
  const auto parts = split(text, ':');
  if (parts.size() > 2 || std::ranges::any_of(parts, &std::string_view::empty))
    return std::unexpected(not_a("SRC or SRC:DST", text, "a path with a colon cannot be written here"));
  TRY_ASSIGN(std::string source, parse_path(parts.front(), directory));
  TRY_ASSIGN(std::string destination, parse_path(parts.back(), directory));
  return PathPair{std::move(source), std::move(destination)};
}

Result<TmpfsSpec> parse_tmpfs(std::string_view text, std::string_view directory) {
  const auto parts = split(text, ':');
  if (parts.size() > 2 || parts.front().empty())
    return std::unexpected(not_a("PATH or PATH:SIZE", text, "write a path, like /var/cache:64M"));
  TmpfsSpec tmpfs;
  TRY_ASSIGN(tmpfs.path, parse_path(parts.front(), directory));
  if (parts.size() == 1) return tmpfs;
  TRY_ASSIGN(tmpfs.size, parse_positive_size(parts.back()));
  return tmpfs;
}

Result<std::string> parse_root(std::string_view text, std::string_view directory) {
  if (text == "image:") return std::unexpected(not_a("a root", text, "write image:NAME"));
  if (text == "host" || text.starts_with("image:")) return std::string(text);
  return parse_path(text, directory);
}

Result<std::string> parse_scratch(std::string_view text, std::string_view directory) {
  return text == "tmpfs" ? std::string(text) : parse_path(text, directory);
}

Result<std::string> parse_stdin(std::string_view text, std::string_view directory) {
  return text == "null" || text == "inherit" ? std::string(text) : parse_path(text, directory);
}

Result<std::string> parse_cpuset(std::string_view text) {
  constexpr IntegerRange kCpuNumber = {.low = 0, .high = 65535};
  for (const std::string_view part : split(text, ',')) {
    const auto ends = split(part, '-');
    const auto first = parse_integer(ends.front(), kCpuNumber);
    const auto last = parse_integer(ends.back(), kCpuNumber);
    if (ends.size() > 2 || !first || !last || *first > *last)
      return std::unexpected(not_a("a list of CPUs", text, "write numbers and ascending ranges, like 0-3,7"));
  }
  return std::string(text);
}

Result<IoMax> parse_io_max(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || colon == 0 || text[colon - 1] == ':')
    return std::unexpected(
        not_a("an IO cap of a device", text, "write DEV:rbps=10M,wiops=100, DEV like /dev/sda or 8:0"));
  IoMax io_max;
  io_max.device = text.substr(0, colon);
  for (const std::string_view setting : split(text.substr(colon + 1), ',')) TRY(set_io_key(io_max, setting));
  return io_max;
}

Result<IdPair> parse_user(std::string_view text) {
  // The largest id is (uid_t)-1, which means "no change" to the kernel.
  constexpr IntegerRange kId = {.low = 0, .high = std::numeric_limits<std::uint32_t>::max() - 1};
  const auto parts = split(text, ':');
  const auto uid = parse_integer(parts.front(), kId);
  const auto gid = parse_integer(parts.back(), kId);
  if (parts.size() > 2 || !uid || !gid)
    return std::unexpected(not_a("UID or UID:GID", text, "write numbers, like 1000 or 1000:100"));
  return IdPair{static_cast<std::uint32_t>(*uid), static_cast<std::uint32_t>(*gid)};
}

Result<std::string> parse_host_name(std::string_view text) {
  const auto is_alnum = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  const auto is_inner = [&](char c) { return is_alnum(c) || c == '.' || c == '-'; };
  const bool good = !text.empty() && text.size() <= 64 && is_alnum(text.front()) && is_alnum(text.back()) &&
                    std::ranges::all_of(text, is_inner);
  if (good) return std::string(text);
  return std::unexpected(not_a("a host name", text, "letters, digits, dots and hyphens, at most 64"));
}

Result<std::string> parse_artifact_pattern(std::string_view text) {
  if (const std::string problem = glob_problem(text); !problem.empty())
    return std::unexpected(Error("\"" + std::string(text) + "\" " + problem));
  return std::string(text);
}

Result<std::string> parse_variable(std::string_view text) {
  if (!text.empty() && text.find('=') == text.npos) return std::string(text);
  return std::unexpected(not_a("a variable's name", text, "it cannot be empty or hold \"=\""));
}

Result<std::string> parse_job_name(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too, and 0xC2 0x80 to 0xC2 0x9F in UTF-8.
    const bool is_c1 = byte == 0xC2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xE0U) == 0x80;
    if (byte < 0x20 || byte == 0x7F || is_c1)
      return std::unexpected(Error("a job's name cannot hold control characters"));
    if ((byte & 0xC0U) != 0x80) ++characters;
  }
  if (characters >= 1 && characters <= kMaxJobName) return std::string(text);
  return std::unexpected(
      Error(fmt::format("a job's name has 1 to {} characters, this one has {}", kMaxJobName, characters)));
}

Result<std::pair<std::string, std::string>> parse_assignment(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos || equals == 0)
    return std::unexpected(not_a("NAME=VALUE", text, "write the name, \"=\" and the value"));
  return std::pair{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

}  // namespace hermetric
