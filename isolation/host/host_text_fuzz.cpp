#include <cstdint>

#include "isolation/host/host_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hermetric;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_kernel_release(text);
  (void)parse_cpu_model(text);
  (void)parse_meminfo(text, "MemTotal");
  (void)parse_effective_capabilities(text);
  (void)parse_status_list(text, "Cpus_allowed_list");
  (void)parse_loadavg(text);
  (void)parse_cpu_ticks(text);
  (void)lists_filesystem(text, "overlay");
  return 0;
}
