#include "runner/compose/peers.hpp"

#include <unistd.h>

#include <fstream>

namespace hermetric {
namespace {

/// The least bundle that runs the program: the host's tree, the namespaces of a container but user and cgroup. Groups
/// are left out: crun wants a v1 hierarchy for hugetlb, which hybrid hosts lack.
void write_bundle(const std::string& program, const std::string& directory) {
  std::ofstream(directory + "/config.json")
      << R"({"ociVersion":"1.0.0","process":{"terminal":false,"user":{"uid":0,"gid":0},"args":[")" << program
      << R"("],"env":["PATH=/usr/bin:/bin"],"cwd":"/","noNewPrivileges":true},)"
      << R"("root":{"path":"/","readonly":false},"mounts":[)"
      << R"({"destination":"/proc","type":"proc","source":"proc"},)"
      << R"({"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]}],)"
      << R"("linux":{"namespaces":[{"type":"pid"},{"type":"network"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}]}})";
}

std::string path_of(const std::string& program) {
  for (const char* directory : {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"})
    if (::access((directory + program).c_str(), X_OK) == 0) return directory + program;
  return program;
}

}  // namespace

bool is_installed(const Peer& peer) { return ::access(peer.command.front().c_str(), X_OK) == 0; }

std::vector<Peer> peers_for(const std::string& program, const std::string& directory) {
  write_bundle(program, directory);
  const std::string id = "hermetric-bench-" + std::to_string(::getpid());
  std::vector<Peer> peers = {
      {"bwrap",
       {"bwrap", "--unshare-all", "--bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", program},
       "groups, overlays, filter, time namespace, figures"},
      {"crun",
       {"crun", "--cgroup-manager=disabled", "run", "--bundle", directory, id},
       "groups, overlays, filter, user and time namespace, figures"},
      {"runc", {"runc", "run", "--bundle", directory, id}, "overlays, filter, user and time namespace, figures"},
      {"firejail",
       {"firejail", "--quiet", "--noprofile", "--net=none", "--private-tmp", "--private-dev", "--seccomp",
        "--caps.drop=all", "--", program},
       "groups, overlays, user and time namespace, figures"},
      {"systemd-nspawn",
       {"systemd-nspawn", "--quiet", "--directory=/", "--volatile=overlay", "--keep-unit", "--register=no",
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
