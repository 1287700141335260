#include "isolation/sys/mountinfo.hpp"

#include <algorithm>

#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// Space, tab, newline and backslash stand as \040, \011, \012 and \134.
std::string unescape(std::string_view field) {
  std::string plain;
  plain.reserve(field.size());
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 3 < field.size() && is_octal(field[i + 1]) && is_octal(field[i + 2]) &&
        is_octal(field[i + 3])) {
      plain.push_back(static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0')));
      i += 3;
    } else {
      plain.push_back(field[i]);
    }
  }
  return plain;
}

}  // namespace

Result<std::vector<MountEntry>> parse_mountinfo(std::string_view text) {
  std::vector<MountEntry> mounts;
  std::size_t line_number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++line_number;
    if (line.empty()) continue;
    const auto fields = split(line, ' ');
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (dash - fields.begin() < 6 || fields.end() - dash < 4)
      return std::unexpected(Error("mountinfo line " + std::to_string(line_number) + " is not of the known form"));
    mounts.push_back({std::string(fields[2]), unescape(fields[3]), unescape(fields[4]), std::string(fields[5]),
                      unescape(dash[1]), unescape(dash[2]), unescape(dash[3])});
  }
  return mounts;
}

Result<std::vector<MountEntry>> read_mountinfo() {
  TRY_ASSIGN(const std::string text, read_file("/proc/self/mountinfo"));
  return parse_mountinfo(text);
}

const MountEntry* mount_of(const std::vector<MountEntry>& mounts, std::string_view path) {
  const MountEntry* best = nullptr;
  for (const MountEntry& mount : mounts) {
    const std::string_view point = mount.mount_point;
    const bool above = point == "/" || path == point || (path.starts_with(point) && path[point.size()] == '/');
    if (above && (best == nullptr || point.size() >= best->mount_point.size())) best = &mount;
  }
  return best;
}

}  // namespace hermetric
