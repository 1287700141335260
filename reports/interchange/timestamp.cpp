#include "reports/interchange/timestamp.hpp"

#include <ctime>

namespace hermetric {

std::optional<std::int64_t> parse_timestamp(std::string text) {
  if (const std::size_t dot = text.find('.'); dot != std::string::npos)
    text.erase(dot, text.find_first_not_of("0123456789", dot + 1) - dot);
  for (const char* format : {"%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"}) {
    std::tm parts{};
    const char* end = ::strptime(text.c_str(), format, &parts);
    if (end == nullptr || *end != '\0') continue;
    const std::int64_t offset = parts.tm_gmtoff;  // timegm() resets it
    return ::timegm(&parts) - offset;
  }
  return std::nullopt;
}

}  // namespace hermetric
