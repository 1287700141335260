#include <cstdint>
#include <cstdlib>

#include "runner/job/job_file.hpp"

// What is refused is refused with a reason; what is taken has jobs with names and commands.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto pipeline = hermetric::parse_job_file(text, "f", {"/work", {{"K", "v"}}});
  if (!pipeline && pipeline.error().message().empty()) std::abort();
  if (pipeline)
    for (const auto& job : pipeline->jobs)
      if (job.name.empty() || job.command.empty()) std::abort();
  return 0;
}
