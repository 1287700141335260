#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "isolation/sandbox/sandbox.hpp"
#include "isolation/sys/result.hpp"
#include "runner/compose/staging_directory.hpp"

namespace hermetric {

/// The artifacts of earlier jobs as lower layers of later ones' workspaces. Overlayfs refuses a layer that lies inside
/// another one (ELOOP), and a report directory often lies in the workspace: then the layer is a tree of hard links
/// (copies on another file system) in hermetric's data directory, made once, in the ledger, and gone with this object.
class InputLayers {
 public:
  explicit InputLayers(SandboxHost& host) : host_(host) {}
  InputLayers(const InputLayers&) = delete;
  InputLayers& operator=(const InputLayers&) = delete;

  /// A directory that shows what `artifacts` holds and may be a layer of `workspace`. Thread-safe.
  Result<std::string> layer_of(const std::string& artifacts, const std::optional<std::string>& workspace);

 private:
  SandboxHost& host_;
  std::mutex mutex_;
  std::map<std::string, StagingDirectory> staged_;  ///< by the directory of artifacts
};

}  // namespace hermetric
