#pragma once

#include <span>
#include <string_view>

#include "isolation/sys/result.hpp"
#include "runner/job/field.hpp"
#include "runner/job/job_draft.hpp"
#include "runner/job/value_shape.hpp"

namespace hermetric {

/// One key of a job: the reader and the schema are both made of this table.
struct JobKey {
  std::string_view name;
  ValueShape shape;
  std::string_view description;
  Status (*read)(JobDraft& job, const Field& field);  ///< of a value whose shape has been checked
  bool in_defaults = true;
};

std::span<const JobKey> job_keys();

}  // namespace hermetric
