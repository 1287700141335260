#include "isolation/host/small_file.hpp"

#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/sys/files.hpp"

namespace hermetric {

std::optional<std::string> read_word(const std::string& path) {
  const auto text = read_file(path);
  return text ? std::optional(std::string(trimmed(*text))) : std::nullopt;
}

std::optional<std::vector<unsigned>> read_list(const std::string& path) {
  const auto text = read_word(path);
  return text ? parse_cpu_list(*text) : std::nullopt;
}

}  // namespace hermetric
