#include "isolation/cgroup/control_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

/// Twice the largest of these files (v1 memory.stat).
constexpr std::size_t kBufferSize = 8192;

Result<std::string> read_start(const Fd& fd, const std::string& file) {
  std::array<char, kBufferSize> buffer;
  const ssize_t size = ::pread(fd.get(), buffer.data(), buffer.size(), 0);
  if (size < 0) return std::unexpected(Error::system("read", file, errno));
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

}  // namespace

Result<std::string> read_control(int dir, const std::string& file) {
  TRY_ASSIGN(const Fd fd, sys::openat(dir, file, O_RDONLY));
  TRY_ASSIGN(std::string text, read_start(fd, file));
  if (text.size() < kBufferSize) return text;
  return read_file_at(dir, file);
}

Result<std::string> write_and_read_control(int dir, const std::string& file, std::string_view text) {
  TRY_ASSIGN(const Fd fd, sys::openat(dir, file, O_RDWR));
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return std::unexpected(Error::system("write", file, errno));
  return read_start(fd, file);
}

}  // namespace hermetric
