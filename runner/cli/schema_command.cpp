#include <iostream>

#include "reports/model/report_schema.hpp"
#include "runner/cli/command.hpp"
#include "runner/job/job_schema.hpp"

namespace hermetric {

int schema_command(const Arguments& arguments) {
  if (arguments == Arguments{"job"}) {
    std::cout << job_schema() << '\n';
  } else if (arguments == Arguments{"report"}) {
    std::cout << report_schema() << '\n';
  } else {
    return trouble("schema: say which: hermetric schema job|report");
  }
  return 0;
}

}  // namespace hermetric
