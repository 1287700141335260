#include "runner/compose/last_lines.hpp"

#include <algorithm>
#include <fstream>

namespace hermetric {
namespace {

/// What a file ends with, 16 KiB at most, without line ends behind it: it may be as large as its writer liked.
std::string end_of(const std::string& path) {
  constexpr std::streamoff kMost = 16 << 10;
  std::ifstream file(path, std::ios::ate | std::ios::binary);
  const std::streamoff size = file ? std::streamoff(file.tellg()) : 0;
  std::string text(static_cast<std::size_t>(std::min(size, kMost)), '\0');
  file.seekg(size - std::min(size, kMost));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::string last_lines(const std::string& path, std::size_t lines) {
  std::string text = end_of(path);
  std::size_t begin = text.size();
  for (; lines > 0 && begin > 0; --lines) {
    begin = text.rfind('\n', begin - 1);
    if (begin == std::string::npos) return text;
  }
  return begin == text.size() ? "" : text.substr(begin + 1);
}

}  // namespace hermetric
