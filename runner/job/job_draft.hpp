#pragma once

#include <string>
#include <vector>

#include "runner/job/job_spec.hpp"
#include "runner/job/yaml_tree.hpp"

namespace hermetric {

/// The name of another job, and where it was written.
struct Reference {
  std::string name;
  Position position;
};

struct MatrixAxis {
  std::string name;
  std::vector<std::string> values;
};

/// A job as its entry in the file says, after defaults, before matrix and references are resolved.
struct JobDraft {
  JobSpec spec;
  Position position;
  std::vector<MatrixAxis> matrix;
  std::vector<Reference> needs, inputs;
};

}  // namespace hermetric
