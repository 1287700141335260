#include "runner/compose/peers.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "isolation/sandbox/confinement.hpp"
#include "isolation/sandbox/masked_paths.hpp"
#include "isolation/sandbox/sandbox_host.hpp"
#include "isolation/sandbox/seccomp_filter.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

/// The calls that a job's filter denies whatever their arguments are.
Json denied_names() {
  Json names = Json::array();
  for (const SyscallRule& rule : denied_syscalls())
    if (!rule.only && !rule.routine) names.push_back(syscall_name(rule.number));
  return names;
}

Json mount_of(const char* type, const char* destination, std::vector<std::string> options) {
  return {{"destination", destination}, {"type", type}, {"source", type}, {"options", std::move(options)}};
}

Json masked_names() {
  Json names = Json::array();
  for (const MaskedPath& masked : find_masked_paths()) names.push_back(masked.path);
  return names;
}

/// A bundle that runs the program on the host's tree with what the format can say of a job's isolation: namespaces,
/// ids, groups, masks and the filter. No overlay: a volatile one wants a fresh directory each time, any other writes
/// back the host's file system at its end.
Json bundle_of(const std::string& program, const std::string& root) {
  const Json ids = {{{"containerID", 0}, {"hostID", kDefaultIdMap.first}, {"size", kDefaultIdMap.count}}};
  Json namespaces = Json::array();
  for (const char* type : {"pid", "network", "ipc", "uts", "mount", "user", "cgroup"})
    namespaces.push_back({{"type", type}});
  return {{"ociVersion", "1.0.0"},
          {"process",
           {{"terminal", false},
            {"user", {{"uid", 0}, {"gid", 0}}},
            {"args", {program}},
            {"env", {"PATH=/usr/bin:/bin"}},
            {"cwd", "/"},
            {"noNewPrivileges", true}}},
          {"root", {{"path", root}, {"readonly", false}}},
          {"hostname", "job"},
          {"mounts",
           {mount_of("proc", "/proc", {}), mount_of("tmpfs", "/dev", {"nosuid", "mode=755"}),
            mount_of("devpts", "/dev/pts", {"newinstance", "ptmxmode=0666"}),
            mount_of("tmpfs", "/tmp", {"nosuid", "nodev"})}},
          {"linux",
           {{"namespaces", namespaces},
            {"uidMappings", ids},
            {"gidMappings", ids},
            {"resources", {{"pids", {{"limit", 4096}}}}},
            {"maskedPaths", masked_names()},
            {"readonlyPaths", {"/proc/sys", "/proc/sysrq-trigger"}},
            {"seccomp",
             {{"defaultAction", "SCMP_ACT_ALLOW"},
              {"architectures", {"SCMP_ARCH_X86_64"}},
              {"syscalls", {{{"names", denied_names()}, {"action", "SCMP_ACT_ERRNO"}}}}}}}}};
}

std::string path_of(const std::string& program) {
  for (const char* directory : {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"})
    if (::access((directory + program).c_str(), X_OK) == 0) return directory + program;
  return program;
}

}  // namespace

bool is_installed(const Peer& peer) { return ::access(peer.command.front().c_str(), X_OK) == 0; }

Result<RootAgain> RootAgain::make(const std::string& directory) {
  std::string path = directory + "/root";
  TRY(sys::mkdirat(AT_FDCWD, path, 0755));
  RootAgain root(std::move(path));
  TRY(sys::mount("/", root.path_, nullptr, MS_BIND, ""));
  return root;
}

RootAgain::~RootAgain() {
  if (path_.empty()) return;
  ::umount2(path_.c_str(), MNT_DETACH);
  ::rmdir(path_.c_str());
}

std::vector<Peer> peers_for(const std::string& program, const std::string& root, const std::string& directory) {
  std::ofstream(directory + "/config.json") << bundle_of(program, root);
  const std::string id = "hermetric-bench-" + std::to_string(::getpid());
  std::vector<Peer> peers = {
      {"bwrap",
       {"bwrap", "--unshare-all", "--bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", program},
       "groups, overlays, filter, time namespace, figures"},
      {"crun",
       {"crun", "--cgroup-manager=cgroupfs", "run", "--bundle", directory, id},
       "overlays, time namespace, figures"},
      {"runc", {"runc", "run", "--bundle", directory, id}, "overlays, time namespace, figures"},
      {"firejail",
       {"firejail", "--quiet", "--noprofile", "--net=none", "--private-tmp", "--private-dev", "--seccomp",
        "--caps.drop=all", "--", program},
       "groups, overlays, user and time namespace, figures"},
      {"systemd-nspawn",
       {"systemd-nspawn", "--quiet", "--directory=" + root, "--volatile=overlay", "--keep-unit", "--register=no",
        "--private-network", "--as-pid2", program},
       "groups, time namespace, figures"},
      {"unshare",
       {"unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork", "--mount-proc", program},
       "groups, overlays, filter, user and time namespace, /dev, pivot, figures"},
      {"docker",
       {"docker", "run", "--rm", "--pull=never", "--network=none", "busybox:latest", "true"},
       "project overlay, user and time namespace, figures"}};
  for (Peer& peer : peers) peer.command.front() = path_of(peer.command.front());
  return peers;
}

}  // namespace hermetric
