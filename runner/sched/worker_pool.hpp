#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace hermetric {

/// Threads that turn inputs into outputs. One thread puts inputs in and takes outputs; the workers live as long as the
/// pool. `Input` is small and copyable, `Output` movable.
template <typename Input, typename Output>
class WorkerPool {
 public:
  WorkerPool(std::size_t workers, std::function<Output(const Input&)> work) : work_(std::move(work)) {
    for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this](const std::stop_token& end) { loop(end); });
  }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void put(Input input) {
    const std::lock_guard lock(mutex_);
    inputs_.push_back(std::move(input));
    has_input_.notify_one();
  }

  /// Gives take() an output. For work that has one besides what it returns.
  void announce(Output output) {
    const std::lock_guard lock(mutex_);
    outputs_.push_back(std::move(output));
    has_output_.notify_one();
  }

  /// Waits for the next output; nothing if `stop` is requested first.
  std::optional<Output> take(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!has_output_.wait(lock, stop, [this] { return !outputs_.empty(); })) return std::nullopt;
    Output output = std::move(outputs_.front());
    outputs_.pop_front();
    return output;
  }

 private:
  void loop(const std::stop_token& end) {
    for (;;) {
      std::unique_lock lock(mutex_);
      if (!has_input_.wait(lock, end, [this] { return !inputs_.empty(); })) return;
      const Input input = std::move(inputs_.front());
      inputs_.pop_front();
      lock.unlock();
      announce(work_(input));
    }
  }

  std::function<Output(const Input&)> work_;
  std::mutex mutex_;
  std::condition_variable_any has_input_, has_output_;
  std::deque<Input> inputs_;
  std::deque<Output> outputs_;
  std::vector<std::jthread> threads_;  ///< last: they end before what they use
};

}  // namespace hermetric
