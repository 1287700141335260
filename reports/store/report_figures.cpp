#include <fmt/format.h>

#include <cmath>

#include "reports/store/history_store.hpp"

namespace hermetric {
namespace {

std::string or_unknown(const std::string& text) { return text.empty() ? "?" : text; }

/// "6.18" of "6.18.3-generic".
std::string kernel_series(const std::string& release) {
  const std::size_t first = release.find('.');
  if (first == std::string::npos) return or_unknown(release);
  return release.substr(0, release.find_first_not_of("0123456789", first + 1));
}

}  // namespace

std::string machine_class(const HostReport& host) {
  // Rounded: what firmware and crash kernels reserve differs between boots of one machine.
  const std::string memory =
      host.memory ? fmt::format("{:.0f}", std::round(static_cast<double>(host.memory->count) / (1 << 30))) : "?";
  return fmt::format("{}, {} CPUs, {} GiB, kernel {}, cgroup {}", or_unknown(host.cpu_model),
                     host.cpus ? std::to_string(*host.cpus) : "?", memory, kernel_series(host.kernel),
                     or_unknown(host.cgroup));
}

std::vector<HistoryRun::Figure> figures_of(const RunReport& report) {
  const std::string machine = machine_class(report.host);
  std::vector<HistoryRun::Figure> figures;
  for (const JobReport& job : report.jobs) {
    if (job.outcome.status != OutcomeStatus::kPassed) continue;
    for_each_measured(job.resources, [&](const char* path, const Measured& figure) {
      if (figure.known()) figures.push_back({job.name, path, machine, static_cast<double>(*figure.value)});
    });
  }
  return figures;
}

}  // namespace hermetric
