#include "reports/model/report_frame.hpp"

#include <nlohmann/json.hpp>

#include "reports/model/json_text.hpp"
#include "reports/model/report_json.hpp"

namespace hermetric {

std::string report_head(const RunReport& run) {
  std::string text = "{\n  \"schema\": \"" + std::string(kReportSchemaName) + "\",\n  \"run\": ";
  append_json(text, run_header_to_json(run), 1);
  return text + ",\n  \"jobs\": [";
}

void append_report_job(std::string& out, const JobReport& job, bool first) {
  out += first ? "\n    " : ",\n    ";
  append_json(out, job_to_json(job), 2);
}

std::string_view report_tail(bool has_jobs) { return has_jobs ? "\n  ]\n}\n" : "]\n}\n"; }

}  // namespace hermetric
