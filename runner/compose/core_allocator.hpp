#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "isolation/host/core_assignment.hpp"

namespace hermetric {

/// Hands out the cores of one run, each to one job at a time. Thread-safe; it outlives what it hands out.
class CoreAllocator {
 public:
  /// Cores of one job, free again when this ends.
  class Lease {
   public:
    Lease(CoreAllocator& allocator, std::vector<std::size_t> picked);
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    [[nodiscard]] CorePlacement placement() const;

   private:
    CoreAllocator& allocator_;
    std::vector<std::size_t> picked_;
  };

  explicit CoreAllocator(CoreMap map);

  [[nodiscard]] const CoreMap& map() const { return map_; }

  /// Waits until `count` cores are free in the shape that plan_cores() says; whoever came first is served first. An
  /// error, at once, when an idle machine could not hold it either.
  Result<std::unique_ptr<Lease>> take(std::size_t count);

 private:
  void give_back(const std::vector<std::size_t>& picked);

  const CoreMap map_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> free_;
  std::uint64_t next_ticket_ = 0, serving_ = 0;
};

}  // namespace hermetric
