#include "runner/compare/disturbance.hpp"

#include <algorithm>

namespace hermetric {
namespace {

constexpr double kStolenShare = 0.01;
/// /proc/stat counts in ticks of 10 ms: less than two may be next to nothing.
constexpr double kStolenUsec = 20'000;
constexpr double kPressureShare = 0.05;

bool is_stolen_from(const RoundLook& look) {
  const auto stolen = static_cast<double>(growth(look.before.cpu_steal_usec, look.after.cpu_steal_usec).value_or(0));
  const double there = static_cast<double>(look.wall.count()) * static_cast<double>(look.host_cpus);
  return stolen >= kStolenUsec && stolen >= kStolenShare * there;
}

bool is_throttled(const RoundLook& look) {
  return growth(look.before.core_throttles, look.after.core_throttles).value_or(0) > 0 ||
         growth(look.before.package_throttles, look.after.package_throttles).value_or(0) > 0;
}

}  // namespace

bool DisturbanceWatch::is_pressed(std::size_t version, const ResourceUsage& usage) {
  const std::array<const Measured*, kResources> stalls = {
      &usage.pressure.cpu.some_usec, &usage.pressure.memory.some_usec, &usage.pressure.io.some_usec};
  if (!usage.wall_usec.value || *usage.wall_usec.value == 0) return false;
  bool pressed = false;
  for (std::size_t i = 0; i < kResources; ++i) {
    if (!stalls[i]->value) continue;
    const double share = static_cast<double>(*stalls[i]->value) / static_cast<double>(*usage.wall_usec.value);
    auto& quietest = quietest_[version][i];
    if (quietest && share > *quietest + kPressureShare) pressed = true;
    quietest = std::min(quietest.value_or(share), share);
  }
  return pressed;
}

std::optional<std::string> DisturbanceWatch::judge(const RoundLook& look) {
  quietest_.resize(std::max(quietest_.size(), look.runs.size()));
  bool pressed = false;
  for (std::size_t version = 0; version < look.runs.size(); ++version)
    pressed |= is_pressed(version, look.runs[version].resources);
  if (is_stolen_from(look)) return "steal";
  if (is_throttled(look)) return "throttling";
  if (pressed) return "pressure";
  return std::nullopt;
}

}  // namespace hermetric
