#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "isolation/cgroup/dialect.hpp"
#include "isolation/sys/fd.hpp"

namespace hermetric {

/// The directory below which groups of one hierarchy are made. Shared by the driver and its groups.
struct CgroupBase {
  const Dialect* dialect = nullptr;
  std::vector<std::string> controllers;
  std::string path;
  Fd fd;  ///< O_PATH
};

/// One job's directory in one hierarchy. The fd is its identity; the path is for people and the ledger.
struct GroupDirectory {
  std::shared_ptr<const CgroupBase> base;
  std::vector<std::string> controllers;  ///< with files in this directory
  std::string name;
  Fd fd;     ///< O_PATH
  Fd tasks;  ///< where a child enters; invalid when it is entered by clone

  [[nodiscard]] std::string path() const { return base->path + "/" + name; }
};

/// Controller -> why it cannot be used on this host.
using ControllerProblems = std::map<std::string, std::string, std::less<>>;

}  // namespace hermetric
