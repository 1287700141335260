#pragma once

#include <string>

#include "isolation/sandbox/sandbox.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// A directory in hermetric's data directory that nothing else uses and no job sees. It is in the ledger before it is
/// made, so a later start sweeps it when this process is killed; the destructor removes it. The host must outlive it.
class StagingDirectory {
 public:
  /// `name` says in the ledger what it is for.
  static Result<StagingDirectory> make(SandboxHost& host, const std::string& name);

  StagingDirectory(StagingDirectory&& other) noexcept;
  StagingDirectory& operator=(StagingDirectory&&) = delete;
  ~StagingDirectory();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  StagingDirectory(SandboxHost& host, std::string cell, std::string path)
      : host_(host), cell_(std::move(cell)), path_(std::move(path)) {}

  SandboxHost& host_;
  std::string cell_, path_;  ///< empty: moved away
};

}  // namespace hermetric
