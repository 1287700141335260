#include "runner/cli/load_pipeline.hpp"

#include <filesystem>

#include "runner/compose/core_placement.hpp"
#include "runner/compose/settle_paths.hpp"
#include "runner/job/job_file.hpp"
#include "runner/job/operands.hpp"
#include "runner/job/select_jobs.hpp"

namespace hermetric {

Result<Pipeline> load_pipeline(const std::string& file, const std::vector<std::string>& variables,
                               const std::vector<std::string>& jobs) {
  JobFileContext context;
  std::error_code error;
  context.directory = std::filesystem::current_path(error).string();
  if (error) return std::unexpected(Error::system("getcwd", "", error.value()));
  for (const std::string& text : variables) {
    auto assignment = parse_assignment(text);
    if (!assignment) return std::unexpected(std::move(assignment).error().in("--var"));
    context.variables.insert(*assignment);
  }
  TRY_ASSIGN(const Pipeline all, load_job_file(file, context));
  TRY_ASSIGN(Pipeline pipeline, select_jobs(all, jobs));
  for (JobSpec& job : pipeline.jobs)
    if (auto settled = settle_paths(job); !settled)
      return std::unexpected(std::move(settled).error().in(file + ": job \"" + job.name + "\""));
  settle_memory_nodes(pipeline.jobs, std::nullopt);
  return pipeline;
}

}  // namespace hermetric
