#include "runner/cli/verdict_options.hpp"

#include <algorithm>

#include "reports/model/csv.hpp"
#include "runner/cli/command.hpp"

namespace hermetric {

Result<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  const auto value = parse_number(percent ? text.substr(0, text.size() - 1) : text);
  const double share = value.value_or(-1) / (percent ? 100 : 1);
  if (share < 0 || share >= 10)
    return std::unexpected(Error("expected a share, as in 2% or 0.02, found \"" + std::string(text) + "\""));
  return share;
}

namespace {

/// `name_of_metric` tells what a metric is called.
template <typename Metric, typename Name>
Status apply_to(std::span<Metric> metrics, const std::vector<std::string>& texts, Name name_of_metric) {
  for (const std::string& text : texts) {
    const std::size_t equals = text.rfind('=');
    const std::string prefix = equals == std::string::npos ? "" : text.substr(0, equals);
    auto share = parse_share(equals == std::string::npos ? text : text.substr(equals + 1));
    if (!share) return std::unexpected(std::move(share).error().in("--margin"));
    bool used = false;
    for (Metric& metric : metrics) {
      if (!name_of_metric(metric).starts_with(prefix)) continue;
      metric.margin.relative = *share;
      used = true;
    }
    if (!used) return std::unexpected(Error("--margin: no metric begins with \"" + prefix + "\""));
  }
  return {};
}

}  // namespace

Status apply_margins(const std::vector<std::string>& texts, std::span<PairedSample> samples) {
  return apply_to(samples, texts, [](const PairedSample& sample) { return std::string_view(sample.name); });
}

Status apply_margins(const std::vector<std::string>& texts, std::span<ComparedMetric> metrics) {
  return apply_to(metrics, texts, [](const ComparedMetric& metric) { return metric.path; });
}

int exit_code_of(std::span<const PairedComparison> metrics, bool strict) {
  const auto any = [&](Verdict verdict) {
    return std::any_of(metrics.begin(), metrics.end(), [&](const auto& metric) { return metric.verdict == verdict; });
  };
  if (any(Verdict::kRegressed)) return kExitRegression;
  return strict && any(Verdict::kInconclusive) ? kExitInconclusive : 0;
}

}  // namespace hermetric
