#pragma once

#include <string>

namespace hermetric {

/// JSON Schema (draft-07) of the job file, made of the table that the reader uses. What spans several values (names of
/// needs, cycles, names given twice) is beyond a schema and left to the reader.
std::string job_schema();

}  // namespace hermetric
