#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "reports/model/host_json.hpp"
#include "reports/render/text.hpp"
#include "reports/render/units.hpp"
#include "runner/cli/command.hpp"
#include "runner/compose/host_report.hpp"

namespace hermetric {
namespace {

void print(std::string_view name, std::string_view value, std::string_view remark = {}) {
  std::cout << fmt::format("  {:<24}{:<14} {}", name, sanitize(value), sanitize(remark)) << '\n';
}

void print(const std::string& name, const std::string& value, const Capability& capability) {
  std::string remark = capability.reason;
  if (!capability.remedy.empty()) remark += " (" + capability.remedy + ")";
  print(name, value, remark);
}

std::string yes_or_no(const Capability& capability) { return capability.available ? "yes" : "no"; }

std::string count_text(const Measured& count) { return count.value ? std::to_string(*count.value) : "?"; }

void print_machine(const HostReport& host) {
  std::cout << "Host\n";
  print("name", host.hostname);
  print("kernel", host.kernel, host.architecture);
  print("cpu", host.cpus ? std::to_string(*host.cpus) + " CPUs" : "?",
        fmt::format("cores {}, packages {}, nodes {}; {}", count_text(host.cores), count_text(host.packages),
                    count_text(host.nodes), host.cpu_model.empty() ? "no model name" : host.cpu_model));
  print("memory", host.memory ? format_bytes(*host.memory) : "?");
  print("swap", !host.swap ? "?" : host.swap->count == 0 ? "none" : format_bytes(*host.swap));
  print("cgroup", host.cgroup);
}

void print_capabilities(const HostReport& host) {
  std::cout << "\nCapability                available      reason (remedy)\n";
  for (const NamedCapability& each : host.capabilities) print(each.name, yes_or_no(each.capability), each.capability);
  std::cout << "\nCgroup controller         available      reason (remedy)\n";
  for (const ControllerSupport& each : host.controllers)
    print(each.name, yes_or_no(each.capability) + (each.version.empty() ? "" : ", " + each.version), each.capability);
}

std::string activity_text(std::string_view key, std::uint64_t value) {
  if (key == "load_hundredths") return fmt::format("{:.2f}", static_cast<double>(value) / 100);
  if (key.ends_with("_usec")) return format_duration(Duration(static_cast<Duration::rep>(value)));
  if (key.ends_with("_bytes")) return format_bytes(Bytes{value});
  return std::to_string(value);
}

/// A key of the report as a name for people, whose values have units of their own.
std::string_view without_unit(std::string_view key) {
  for (const std::string_view unit : {"_hundredths", "_usec", "_bytes"})
    if (key.ends_with(unit)) key.remove_suffix(unit.size());
  return key;
}

void print_noise(const HostReport& host) {
  std::cout << "\nNoise                     value          reason\n";
  for_each_setting(host.settings, [](const char* key, const Setting& setting) {
    print(key, setting.value.value_or("-"), setting.reason);
  });
  for (const auto& [disk, scheduler] : host.settings.io_schedulers) print("io scheduler of " + disk, scheduler);
  for_each_activity(host.before, [](const char* key, const Measured& figure) {
    print(without_unit(key), figure.value ? activity_text(key, *figure.value) : "-", figure.value ? "" : figure.note);
  });
  std::cout << '\n' << (host.warnings.empty() ? "No warnings" : "Warnings") << '\n';
  for (const std::string& warning : host.warnings) std::cout << "  " << sanitize(warning) << '\n';
}

}  // namespace

int doctor_command(const Arguments& arguments) {
  CLI::App app("Tells what this host can do, how it is set and what disturbs figures taken on it.", "doctor");
  bool json = false;
  app.add_flag("--json", json, "as JSON, with the keys of run.host in a report");
  if (const auto code = parse_arguments(app, "[--json]", arguments)) return *code;
  const HostReport host = look_at_host();
  if (json) {
    std::cout << host_to_json_text(host);
  } else {
    print_machine(host);
    print_capabilities(host);
    print_noise(host);
  }
  return std::cout.flush() ? 0 : trouble("stdout could not be written");
}

}  // namespace hermetric
