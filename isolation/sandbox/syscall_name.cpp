#include <seccomp.h>

#include <cstdlib>
#include <memory>

#include "isolation/sandbox/seccomp_filter.hpp"

namespace hermetric {

std::string syscall_name(int number) {
  const std::unique_ptr<char, decltype(&std::free)> name(seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, number),
                                                         &std::free);
  return name ? name.get() : "system call " + std::to_string(number);
}

}  // namespace hermetric
