#pragma once

#include "isolation/host/probe.hpp"
#include "reports/model/report.hpp"
#include "runner/sched/admission.hpp"

namespace hermetric {

/// What the figures of a report were measured on.
HostReport host_report(const HostCapabilities& host);

/// What this host has to give to jobs: the CPUs this process may use and the memory.
Capacity capacity_of(const HostCapabilities& host);

}  // namespace hermetric
