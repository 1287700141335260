#include "isolation/sandbox/control.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/running_job.hpp"

namespace hermetric {

int pause_command(const Arguments& arguments) {
  return job_command("pause", "Freezes every process of a running job. Its wall-time limit stands still until resume.",
                     arguments, pause_cell);
}

int resume_command(const Arguments& arguments) {
  return job_command("resume", "Lets a paused job go on.", arguments, resume_cell);
}

}  // namespace hermetric
