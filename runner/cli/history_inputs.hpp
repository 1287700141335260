#pragma once

#include <map>
#include <string>

#include "reports/model/report.hpp"

namespace hermetric {

/// Of each job of a report of `commit` that passed, a digest of what decided it: command, root, limits, the settings
/// that the report tells, the artifacts of other jobs it saw, and git's name of what its workspace holds. Jobs whose
/// inputs are not surely known have none: see committed_tree(), and the report must be one of this host. A job with the
/// host's root sees what lies around its workspace as well, except in places such a root leaves out: then the whole
/// work tree counts. The report is read from `path`.
std::map<std::string, std::string> inputs_of(const RunReport& report, const std::string& path,
                                             const std::string& commit);

}  // namespace hermetric
