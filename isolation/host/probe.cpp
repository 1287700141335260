#include "isolation/host/probe.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/types/privileges.hpp"

namespace hermetric {
namespace {

/// The first processors are enough, and the whole file takes milliseconds on a large machine.
std::string read_beginning(const std::string& path) {
  const auto fd = sys::open(path, O_RDONLY);
  if (!fd) return {};
  std::string text(4096, '\0');
  const ssize_t size = ::read(fd->get(), text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

std::string read_or_empty(const std::string& path) { return read_file(path).value_or(std::string()); }

Capability probe_root(const std::string& status) {
  const auto capabilities = parse_effective_capabilities(status);
  if (!capabilities) return {.available = false, .reason = "/proc/self/status has no CapEff"};
  const std::string_view missing = missing_root_capability(*capabilities);
  if (missing.empty()) return {.available = true};
  return {.available = false,
          .reason = std::string(missing) + " is not effective",
          .remedy = "run as root, or use what works rootless"};
}

/// Tries it: what forbids it (a filter, a sysctl, a security module) is told by no file that all have.
Capability probe_own_user_namespace() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : errno);
  int status = 0;
  if (pid < 0 || ::waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
    return {.available = false, .reason = "a process to try it in could not be made"};
  const int error = WEXITSTATUS(status);
  if (error == 0) return {.available = true};
  return {.available = false,
          .reason = Error::system("unshare", "", error).message(),
          .remedy = user_namespace_remedy(error)};
}

Capability probe_overlay(const std::string& filesystems) {
  if (lists_filesystem(filesystems, "overlay")) return {.available = true};
  return {.available = false, .reason = "/proc/filesystems does not list overlay", .remedy = "modprobe overlay"};
}

std::vector<NamedCapability> probe_namespaces(const std::string& proc) {
  std::vector<NamedCapability> found;
  for (const char* name : {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
    const std::string path = proc + "/self/ns/" + name;
    Capability capability{.available = ::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0};
    if (!capability.available)
      capability = {
          .available = false, .reason = path + " is missing", .remedy = "boot a kernel that was built with it"};
    found.push_back({name, std::move(capability)});
  }
  return found;
}

struct ControllerNames {
  std::string_view name;
  std::array<std::string_view, 2> in_hierarchies;  ///< v2 and v1 may call it differently
};

constexpr std::array kControllers = {
    ControllerNames{"cpu", {"cpu", "cpu"}},    ControllerNames{"cpuset", {"cpuset", "cpuset"}},
    ControllerNames{"io", {"io", "blkio"}},    ControllerNames{"memory", {"memory", "memory"}},
    ControllerNames{"pids", {"pids", "pids"}},
};

ControllerSupport describe(std::string_view name, const CgroupHierarchy* hierarchy) {
  if (hierarchy == nullptr)
    return {std::string(name),
            "",
            {.available = false,
             .reason = "no cgroup hierarchy hands it to hermetric",
             .remedy = kGroupRemedy + std::string(", or enable it at boot (cgroup_enable=...)")}};
  Capability capability{.available = hierarchy->problem.empty()};
  if (!capability.available) capability = {.available = false, .reason = hierarchy->problem, .remedy = kGroupRemedy};
  return {std::string(name), hierarchy->unified ? "v2" : "v1", std::move(capability)};
}

void probe_machine(const HostPaths& paths, HostCapabilities& host) {
  utsname names{};
  if (::uname(&names) == 0) {
    host.hostname = names.nodename;
    host.kernel_release = names.release;
    host.architecture = names.machine;
  }
  host.kernel = parse_kernel_release(host.kernel_release);
  host.cpu_model = parse_cpu_model(read_beginning(paths.proc + "/cpuinfo"));
  host.online_cpus = parse_cpu_list(read_or_empty(paths.online_cpus)).value_or(std::vector<unsigned>());
  const std::string meminfo = read_or_empty(paths.proc + "/meminfo");
  host.memory_total = parse_meminfo(meminfo, "MemTotal");
  host.swap_total = parse_meminfo(meminfo, "SwapTotal");
  host.page_size = {static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

}  // namespace

std::vector<ControllerSupport> describe_controllers(const std::vector<CgroupHierarchy>& hierarchies) {
  std::vector<ControllerSupport> controllers;
  const auto find = [&](auto&& matches) {
    const auto found = std::ranges::find_if(hierarchies, matches);
    return found == hierarchies.end() ? nullptr : &*found;
  };
  for (const ControllerNames& names : kControllers)
    controllers.push_back(describe(names.name, find([&](const CgroupHierarchy& hierarchy) {
                                     return std::ranges::any_of(hierarchy.controllers, [&](const std::string& name) {
                                       return std::ranges::find(names.in_hierarchies, name) !=
                                              names.in_hierarchies.end();
                                     });
                                   })));
  controllers.push_back(describe("leaf", find([](const CgroupHierarchy& hierarchy) { return hierarchy.unified; })));
  return controllers;
}

Capability since(const HostCapabilities& host, KernelVersion first) {
  if (host.kernel && *host.kernel >= first) return {.available = true};
  return {.available = false,
          .reason = "the kernel is " + host.kernel_release + ", and Linux " + std::to_string(first.major) + "." +
                    std::to_string(first.minor) + " brought it",
          .remedy = "boot a newer kernel"};
}

HostCapabilities probe_host(const HostPaths& paths) {
  HostCapabilities host;
  probe_machine(paths, host);
  host.root = probe_root(read_or_empty(paths.proc + "/self/status"));
  host.overlay = probe_overlay(read_or_empty(paths.proc + "/filesystems"));
  host.idmapped_layers = since(host, {5, 19});
  host.clone_into_cgroup = since(host, {5, 7});
  host.namespaces = probe_namespaces(paths.proc);
  for (NamedCapability& space : host.namespaces)
    if (space.name == "user" && space.capability.available && !host.root.available)
      space.capability = probe_own_user_namespace();
  const auto hierarchies = find_hierarchies(paths.cgroups).value_or(std::vector<CgroupHierarchy>());
  host.cgroup_layout = layout_of(hierarchies);
  host.controllers = describe_controllers(hierarchies);
  return host;
}

}  // namespace hermetric
