// Run when hermetric is built: writes the source that holds the programs of seccomp_filter.hpp.

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "isolation/sandbox/seccomp_compiler.hpp"

namespace hermetric {
namespace {

void write_program(std::ostream& to, const std::string& name, const Instructions& program) {
  to << "constexpr sock_filter " << name << "[] = {\n";
  for (const sock_filter& step : program)
    to << fmt::format("    {{{:#x}, {}, {}, {:#x}}},\n", step.code, step.jt, step.jf, step.k);
  to << "};\n\n";
}

Status write_source(std::ostream& to) {
  to << "#include \"isolation/sandbox/seccomp_filter.hpp\"\n\nnamespace hermetric {\nnamespace {\n\n";
  for (const bool nested : {false, true}) {
    TRY_ASSIGN(const CompiledFilter filter, compile_syscall_filter(nested));
    const std::string policy = nested ? "Nested" : "Strict";
    write_program(to, "kPlain" + policy, filter.plain);
    write_program(to, "kCounting" + policy, filter.counting);
    to << fmt::format("constexpr SyscallFilter k{0}{{kPlain{0}, kCounting{0}}};\n\n", policy);
  }
  to << "}  // namespace\n\nconst SyscallFilter& syscall_filter(bool nested) { return nested ? kNested : kStrict; }\n\n"
        "}  // namespace hermetric\n";
  return {};
}

int run(const char* path) {
  std::ofstream file(path);
  const Status written = write_source(file);
  if (written && file.flush()) return 0;
  fmt::print(stderr, "write_seccomp_filters: {}: {}\n", path, written ? "cannot write" : written.error().message());
  return 1;
}

}  // namespace
}  // namespace hermetric

int main(int argc, char** argv) {
  if (argc == 2) return hermetric::run(argv[1]);
  fmt::print(stderr, "Usage: write_seccomp_filters FILE\n");
  return 2;
}
