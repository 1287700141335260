#pragma once

#include <string>
#include <string_view>

#include "reports/model/report.hpp"

namespace hermetric {

/// A report's text is head, jobs, tail: whoever writes it in one go or job by job makes the same bytes of it.
std::string report_head(const RunReport& run);
void append_report_job(std::string& out, const JobReport& job, bool first);
std::string_view report_tail(bool has_jobs);

}  // namespace hermetric
