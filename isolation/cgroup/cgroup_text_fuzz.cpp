#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "isolation/cgroup/cgroup_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hermetric;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const CgroupMembership& membership : parse_self_cgroup(text))
    if (!membership.path.starts_with('/')) std::abort();
  (void)parse_single(text);
  (void)parse_flat(text, "usage_usec");
  (void)parse_io_stat(text, "rbytes");
  (void)parse_blkio(text, "Read");
  (void)parse_pressure(text, "some");
  (void)parse_choice_in_force(text);
  if (!std::ranges::all_of(parse_pids(text), [](pid_t pid) { return pid > 0; })) std::abort();
  if (const auto cpus = parse_cpu_list(text))
    if (!std::ranges::is_sorted(*cpus) || (!cpus->empty() && cpus->back() > 65535)) std::abort();
  return 0;
}
