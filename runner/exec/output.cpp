#include "runner/exec/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

Status write_all(int sink, const std::string& name, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(sink, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(Error::system("write", name, errno).in("the job's output"));
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return {};
}

}  // namespace

Result<OutputStream> OutputStream::create(int sink, std::string name) {
  TRY_ASSIGN(sys::Pipe pipe, sys::pipe2(0));
  if (::fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK) != 0)
    return std::unexpected(Error::system("fcntl", "O_NONBLOCK", errno));
  return OutputStream(std::move(pipe.read_end), std::move(pipe.write_end), sink, std::move(name));
}

Result<std::uint64_t> OutputStream::pump(std::uint64_t budget) {
  std::array<char, 65536> block;
  const ssize_t count = ::read(pipe_read_.get(), block.data(), block.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (count < 0) return std::unexpected(Error::system("read", "pipe", errno).in("the job's output"));
  if (count == 0) {
    pipe_read_.close();
    return 0;
  }
  const auto size = static_cast<std::uint64_t>(count);
  const std::uint64_t kept = std::min(size, budget);
  bytes_ += kept;
  TRY(write_all(sink_, name_, block.data(), kept));
  return size;
}

}  // namespace hermetric
