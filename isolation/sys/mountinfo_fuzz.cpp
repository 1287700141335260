#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "isolation/sys/mountinfo.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto mounts = hermetric::parse_mountinfo({reinterpret_cast<const char*>(data), size});
  if (!mounts) {
    if (mounts.error().message().empty()) std::abort();
    return 0;
  }
  const hermetric::MountEntry* found = hermetric::mount_of(*mounts, "/usr/lib");
  if (found != nullptr && !std::string_view("/usr/lib").starts_with(found->mount_point)) std::abort();
  return 0;
}
