#pragma once

#include <cstdint>
#include <string>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// One output stream of a job on its way through hermetric: what the job writes into the pipe comes out in the sink.
/// Memory stays flat whatever the job writes.
class OutputStream {
 public:
  /// Bytes go to `sink`, which is borrowed; errors call it `name`.
  static Result<OutputStream> create(int sink, std::string name);

  /// The same for a pipe that the job has already: `read_end` does not block.
  static OutputStream of(Fd read_end, int sink, std::string name) {
    return {std::move(read_end), Fd(), sink, std::move(name)};
  }

  /// For the job; closed with close_job_end() once it has a copy.
  [[nodiscard]] int job_end() const { return pipe_write_.get(); }
  void close_job_end() { pipe_write_.close(); }

  /// Readable when there is something to pump.
  [[nodiscard]] int fd() const { return pipe_read_.get(); }
  [[nodiscard]] bool open() const { return pipe_read_.valid(); }

  /// Moves what is there now, `budget` bytes at most into the sink: what is over that is read and dropped. Closes
  /// itself at the end of the stream. Returns how many bytes the job had written.
  Result<std::uint64_t> pump(std::uint64_t budget);

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  OutputStream(Fd read_end, Fd write_end, int sink, std::string name)
      : pipe_read_(std::move(read_end)), pipe_write_(std::move(write_end)), sink_(sink), name_(std::move(name)) {}

  Fd pipe_read_, pipe_write_;
  int sink_;
  std::string name_;
  std::uint64_t bytes_ = 0;  ///< that went into the sink
};

}  // namespace hermetric
