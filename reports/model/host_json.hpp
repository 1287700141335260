#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "reports/model/report.hpp"

namespace hermetric {

/// A host as `run.host` of a report shows it; the definition "host" of the report's schema describes the keys.
nlohmann::ordered_json host_to_json(const HostReport& host);

/// The same as text, for `doctor --json`.
std::string host_to_json_text(const HostReport& host);

}  // namespace hermetric
