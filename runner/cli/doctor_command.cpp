#include <fmt/format.h>

#include <iostream>

#include "isolation/host/probe.hpp"
#include "runner/cli/command.hpp"

namespace hermetric {
namespace {

void print(const std::string& name, const Capability& capability) {
  std::cout << fmt::format("{:<22} {}", name, capability.available ? "yes" : "no");
  if (!capability.reason.empty()) std::cout << "  " << capability.reason;
  if (!capability.remedy.empty()) std::cout << " (" << capability.remedy << ")";
  std::cout << '\n';
}

}  // namespace

int doctor_command(const Arguments& arguments) {
  if (!arguments.empty()) return trouble("doctor: options are not in this version");
  const HostCapabilities host = probe_host();
  std::cout << fmt::format("kernel {} {}, {} CPUs, cgroup {}\n", host.kernel_release, host.architecture,
                           host.online_cpus.size(), name_of(host.cgroup_layout));
  print("root", host.root);
  print("overlay", host.overlay);
  print("id-mapped layers", host.idmapped_layers);
  print("clone into cgroup", host.clone_into_cgroup);
  for (const NamedCapability& space : host.namespaces) print("namespace " + space.name, space.capability);
  for (const ControllerSupport& controller : host.controllers)
    print("cgroup " + controller.name + (controller.version.empty() ? "" : " (" + controller.version + ")"),
          controller.capability);
  return 0;
}

}  // namespace hermetric
