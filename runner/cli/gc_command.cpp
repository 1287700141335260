#include <iostream>

#include "isolation/sandbox/sandbox.hpp"
#include "reports/render/text.hpp"
#include "runner/cli/command.hpp"

namespace hermetric {

int gc_command(const Arguments& arguments) {
  if (!arguments.empty()) return trouble("gc: takes no arguments");
  const auto swept = SandboxHost::sweep(StateDirectories::of_this_user());
  if (!swept) return trouble(swept.error());
  for (const std::string& cell : swept->swept) std::cout << "swept " << sanitize(cell) << '\n';
  for (const std::string& problem : swept->problems) trouble("gc: " + problem);
  return swept->problems.empty() ? 0 : kExitTrouble;
}

}  // namespace hermetric
