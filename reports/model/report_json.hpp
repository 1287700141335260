#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

#include "isolation/sys/result.hpp"
#include "reports/model/report.hpp"

namespace hermetric {

inline constexpr std::string_view kReportSchemaName = "hermetric.report/1";

/// One entry of "jobs". Strings are taken as they are: write the value with append_json(), which replaces invalid UTF-8
/// where nlohmann's own dump() throws.
nlohmann::ordered_json job_to_json(const JobReport& job);

/// "limits" of such an entry.
nlohmann::ordered_json limits_to_json(const Limits& limits);

/// The "run" object: everything but the jobs.
nlohmann::ordered_json run_header_to_json(const RunReport& run);

/// The whole report, for runs that fit in memory; RunReportWriter makes the same bytes job by job.
std::string run_to_json_text(const RunReport& run);

/// Reads a report. An error says where and what: "jobs[3].outcome.status: expected text, found a number". Keys that
/// are not known are ignored, and a figure that is not there is missing, since additions keep /1.
Result<RunReport> run_from_json_text(std::string_view text);

}  // namespace hermetric
