#pragma once

#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"
#include "runner/job/job_draft.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// Expands each matrix in order ("test (SEED=1, OS=a)", the values also in its environment) and turns names of needs
/// and inputs into names of jobs. Refuses names that are not there or there twice, an input that is not needed, a job
/// that needs itself, and cycles. `file` stands in errors.
Result<Pipeline> link_jobs(std::vector<JobDraft> drafts, std::string_view file);

}  // namespace hermetric
