#pragma once

#include <map>
#include <string>

#include "isolation/sys/result.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// What a job file does not say itself.
struct JobFileContext {
  std::string directory;                         ///< absolute: the default workspace, and where relative paths start
  std::map<std::string, std::string> variables;  ///< --var: `${K}` in string values; any other "$" stays
};

/// Reads a job file, YAML or JSON, into jobs with their defaults, their matrix expanded and their references checked:
/// all needs and inputs exist, inputs are needed, there is no cycle. Errors read
/// `file:line:column: job "test": memory: what (what would be right)`; the first one is reported.
Result<Pipeline> load_job_file(const std::string& path, const JobFileContext& context);

/// The same for a text; `file` stands in errors.
Result<Pipeline> parse_job_file(const std::string& text, const std::string& file, const JobFileContext& context);

}  // namespace hermetric
