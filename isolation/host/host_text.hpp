#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "isolation/types/units.hpp"

/// Pure parsers of what /proc says about a host. Text of another form is "missing".
namespace hermetric {

struct KernelVersion {
  unsigned major = 0;
  unsigned minor = 0;

  friend auto operator<=>(const KernelVersion&, const KernelVersion&) = default;
};

/// "6.1.0-18-amd64" and the like, of uname(2).
std::optional<KernelVersion> parse_kernel_release(std::string_view release);

/// The processor's name in /proc/cpuinfo, whose keys differ by architecture.
std::optional<std::string> parse_cpu_model(std::string_view cpuinfo);

/// An amount of /proc/meminfo; `key` is "MemTotal" or "SwapTotal".
std::optional<Bytes> parse_meminfo(std::string_view meminfo, std::string_view key);

/// CapEff of /proc/PID/status: bit N is capability N of capabilities(7).
std::optional<std::uint64_t> parse_effective_capabilities(std::string_view status);

/// Whether /proc/filesystems lists this type: built in, or its module is loaded.
bool lists_filesystem(std::string_view filesystems, std::string_view type);

}  // namespace hermetric
