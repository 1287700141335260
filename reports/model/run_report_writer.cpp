#include "reports/model/run_report_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "isolation/sys/scope_exit.hpp"
#include "isolation/sys/system.hpp"
#include "reports/model/report_frame.hpp"

namespace hermetric {
namespace {

/// pwrite(2) of the whole text; returns the offset behind it.
Result<off_t> write_at(const Fd& file, std::string_view text, off_t offset, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::pwrite(file.get(), text.data(), text.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(Error::system("write", path, errno));
    text.remove_prefix(static_cast<std::size_t>(written));
    offset += written;
  }
  return offset;
}

/// Copies the first `size` bytes of `from`; returns the offset behind them in `to`.
Result<off_t> copy_to(const Fd& from, off_t size, const Fd& to, off_t offset, const std::string& path) {
  std::array<char, 65536> buffer;
  for (off_t copied = 0; copied < size;) {
    const auto wanted = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(size - copied));
    const ssize_t count = ::pread(from.get(), buffer.data(), wanted, copied);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(Error::system("read", "spool of " + path, errno));
    if (count == 0) return std::unexpected(Error("spool of " + path + " is shorter than what was written to it"));
    TRY_ASSIGN(offset, write_at(to, {buffer.data(), static_cast<std::size_t>(count)}, offset, path));
    copied += count;
  }
  return offset;
}

}  // namespace

Result<RunReportWriter> RunReportWriter::create(std::string path) {
  const std::string name = path + "." + std::to_string(::getpid()) + ".spool";
  TRY_ASSIGN(Fd spool, sys::open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  TRY(sys::unlinkat(AT_FDCWD, name, 0));
  return RunReportWriter(std::move(path), std::move(spool));
}

Status RunReportWriter::add(const JobReport& job) {
  std::string text;
  append_report_job(text, job, spool_size_ == 0);
  TRY_ASSIGN(spool_size_, write_at(spool_, text, spool_size_, "spool of " + path_));
  return {};
}

Status RunReportWriter::finish(const RunReport& run) const {
  const std::string temporary = path_ + "." + std::to_string(::getpid()) + ".tmp";
  TRY_ASSIGN(const Fd file, sys::open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644));
  ScopeExit discard([&] { ::unlink(temporary.c_str()); });
  TRY_ASSIGN(off_t end, write_at(file, report_head(run), 0, temporary));
  TRY_ASSIGN(end, copy_to(spool_, spool_size_, file, end, temporary));
  TRY(write_at(file, report_tail(spool_size_ > 0), end, temporary));
  if (::fsync(file.get()) != 0) return std::unexpected(Error::system("fsync", temporary, errno));
  TRY(sys::renameat(AT_FDCWD, temporary, AT_FDCWD, path_));
  discard.dismiss();
  return {};
}

}  // namespace hermetric
