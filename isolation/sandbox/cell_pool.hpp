#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "isolation/sandbox/sandbox.hpp"

namespace hermetric {

/// A cell whose job waits for its command.
struct PreparedCell {
  SandboxSpec need;
  std::unique_ptr<Sandbox> sandbox;
  Fd out, err;  ///< read ends, non-blocking, of the pipes that are the job's stdout and stderr; its stdin is empty
};

/// Cells that are made before their jobs are due, by a thread of its own, while a CPU is idle (and one each 100 ms
/// where none ever is). Each is given to one job with just the need it was made for, or to none. Thread-safe.
class CellPool {
 public:
  /// At most `capacity` cells exist in it at a time. `host` must outlive the pool, and the pool every cell it has
  /// given: they die with its thread.
  CellPool(SandboxHost& host, std::size_t capacity);
  CellPool(const CellPool&) = delete;
  CellPool& operator=(const CellPool&) = delete;
  /// Removes the cells that nobody took.
  ~CellPool();

  /// What the next jobs will need, in order, instead of what was expected before: the first `capacity` are prepared,
  /// and cells that are no longer expected are removed.
  void expect(std::vector<SandboxSpec> needs);

  /// The same by a function that the pool's own thread calls, soon and once: it may take its time.
  void look_ahead(std::function<std::vector<SandboxSpec>()> needs);

  /// A cell for `spec`, already out of the pool; or nothing, and the caller makes one.
  std::optional<PreparedCell> take(const SandboxSpec& spec);

  /// Cells that wait for a job now.
  [[nodiscard]] std::size_t waiting() const;

 private:
  void loop(const std::stop_token& stop);
  void replace_expected(std::vector<SandboxSpec> needs);
  [[nodiscard]] std::optional<std::size_t> unexpected() const;
  [[nodiscard]] std::optional<SandboxSpec> next_missing() const;
  void prepare(const SandboxSpec& need, const std::stop_token& stop);
  Result<PreparedCell> make(const SandboxSpec& need);

  SandboxHost& host_;
  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::function<std::vector<SandboxSpec>()> look_ahead_;  ///< not called yet
  std::vector<SandboxSpec> expected_;
  std::vector<SandboxSpec> failed_;  ///< their jobs make their own cells, and tell why they cannot
  std::vector<PreparedCell> ready_;
  std::jthread maker_;  ///< last: it ends before what it uses
};

}  // namespace hermetric
