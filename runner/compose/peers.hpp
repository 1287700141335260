#pragma once

#include <string>
#include <utility>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// Another tool that runs a program in a container, called so that its isolation is the nearest to a job's that it has
/// by options alone.
struct Peer {
  std::string name;
  std::vector<std::string> command;
  std::string leaves_out;  ///< of what every job of hermetric gets
};

/// The file system of "/", and no other mount, shown again in a directory, which goes with this object: OCI runtimes
/// and systemd-nspawn cannot take "/" itself for a root. Mounts in the caller's mount namespace, which must be its own.
class RootAgain {
 public:
  /// At `directory`/root.
  static Result<RootAgain> make(const std::string& directory);
  RootAgain(RootAgain&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  RootAgain& operator=(RootAgain&&) = delete;
  ~RootAgain();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit RootAgain(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// Every tool that is known, whether it is installed or not. `program` is absolute and lies outside /tmp and /var/tmp,
/// which some show empty; `root` is RootAgain's path; the bundle of OCI runtimes is written into `directory`.
std::vector<Peer> peers_for(const std::string& program, const std::string& root, const std::string& directory);

/// False where command[0] is not in the usual directories.
bool is_installed(const Peer& peer);

}  // namespace hermetric
