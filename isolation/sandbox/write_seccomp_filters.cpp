// Run when hermetric is built: writes the source that holds the programs of seccomp_filter.hpp.

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

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

Status write(const std::string& path) {
  std::ofstream file(path);
  TRY(write_source(file));
  if (!file.flush()) return std::unexpected(Error(path + " cannot be written"));
  return {};
}

}  // namespace
}  // namespace hermetric

int main(int argc, char** argv) {
  try {
    const hermetric::Status written = hermetric::write(argc == 2 ? argv[1] : "");
    if (written) return 0;
    std::fprintf(stderr, "write_seccomp_filters: %s\n", written.error().message().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_seccomp_filters: %s\n", error.what());
  }
  return 1;
}
