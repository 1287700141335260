#include "runner/compose/core_allocator.hpp"

#include <optional>
#include <utility>

namespace hermetric {

CoreAllocator::Lease::Lease(CoreAllocator& allocator, std::vector<std::size_t> picked)
    : allocator_(allocator), picked_(std::move(picked)) {}

CoreAllocator::Lease::~Lease() { allocator_.give_back(picked_); }

CorePlacement CoreAllocator::Lease::placement() const { return placement_of(allocator_.map_, picked_); }

CoreAllocator::CoreAllocator(CoreMap map) : map_(std::move(map)), free_(map_.cores.size(), true) {}

Result<std::unique_ptr<CoreAllocator::Lease>> CoreAllocator::take(std::size_t count) {
  TRY_ASSIGN(const CorePlan plan, plan_cores(map_, count));
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = next_ticket_++;
  std::optional<std::vector<std::size_t>> picked;
  changed_.wait(lock, [&] { return serving_ == ticket && (picked = pick_cores(map_, plan, free_)).has_value(); });
  ++serving_;
  for (const std::size_t position : *picked) free_[position] = false;
  changed_.notify_all();
  lock.unlock();
  return std::make_unique<Lease>(*this, *std::move(picked));
}

void CoreAllocator::give_back(const std::vector<std::size_t>& picked) {
  const std::lock_guard lock(mutex_);
  for (const std::size_t position : picked) free_[position] = true;
  changed_.notify_all();
}

}  // namespace hermetric
