#pragma once

#include <string>
#include <vector>

namespace hermetric {

/// Another tool that runs a program in a container, called so that its isolation is the nearest to a job's that it has
/// by options alone.
struct Peer {
  std::string name;
  std::vector<std::string> command;
  std::string leaves_out;  ///< of what every job of hermetric gets
};

/// Every tool that is known, whether it is installed or not. `program` is absolute; the bundles of OCI
/// runtimes are written into `directory`, which exists and lies outside /tmp.
std::vector<Peer> peers_for(const std::string& program, const std::string& directory);

/// False where command[0] is not in the usual directories.
bool is_installed(const Peer& peer);

}  // namespace hermetric
