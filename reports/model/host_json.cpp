#include "reports/model/host_json.hpp"

#include "reports/model/figure_writer.hpp"
#include "reports/model/json_text.hpp"

namespace hermetric {
namespace {

using Json = FigureWriter::Json;

void add_capability(Json& json, const Capability& capability) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  json["available"] = capability.available;
  json["reason"] = text_or_null(capability.reason);
  json["remedy"] = text_or_null(capability.remedy);
}

Json capabilities_to_json(const std::vector<NamedCapability>& capabilities) {
  Json list = Json::array();
  for (const NamedCapability& each : capabilities)
    add_capability(list.emplace_back(Json{{"name", each.name}}), each.capability);
  return list;
}

Json controllers_to_json(const std::vector<ControllerSupport>& controllers) {
  Json list = Json::array();
  for (const ControllerSupport& each : controllers) {
    const Json version = each.version.empty() ? Json(nullptr) : Json(each.version);
    add_capability(list.emplace_back(Json{{"name", each.name}, {"version", version}}), each.capability);
  }
  return list;
}

Json settings_to_json(const HostSettings& settings, FigureWriter& figures) {
  Json json = Json::object();
  for_each_setting(settings, [&](const std::string& key, const Setting& setting) {
    figures.write(json, key, "settings." + key, setting);
  });
  json["io_schedulers"] = settings.io_schedulers;
  return json;
}

Json activity_to_json(const HostActivity& activity, const std::string& when, FigureWriter& figures) {
  Json json = Json::object();
  for_each_activity(activity, [&](const std::string& key, const Measured& figure) {
    figures.write(json, key, when + "." + key, figure);
  });
  return json;
}

void add_bytes(Json& json, const std::string& key, const std::optional<Bytes>& bytes, FigureWriter& figures) {
  json[key] = bytes ? Json(bytes->count) : Json(nullptr);
  if (!bytes) figures.missing(key, "/proc/meminfo does not tell it");
}

}  // namespace

Json host_to_json(const HostReport& host) {
  FigureWriter figures;
  Json json = Json::object();
  figures.write_text(json, "hostname", host.hostname);
  figures.write_text(json, "kernel", host.kernel);
  figures.write_text(json, "architecture", host.architecture);
  figures.write_text(json, "cpu_model", host.cpu_model);
  figures.write_text(json, "cgroup", host.cgroup);
  json["cpus"] = host.cpus ? Json(*host.cpus) : Json(nullptr);
  if (!host.cpus) figures.missing("cpus", "the kernel does not list the online CPUs");
  figures.write(json, "cores", "cores", host.cores);
  figures.write(json, "packages", "packages", host.packages);
  figures.write(json, "nodes", "nodes", host.nodes);
  add_bytes(json, "memory_bytes", host.memory, figures);
  add_bytes(json, "swap_bytes", host.swap, figures);
  json["capabilities"] = capabilities_to_json(host.capabilities);
  json["controllers"] = controllers_to_json(host.controllers);
  json["settings"] = settings_to_json(host.settings, figures);
  json["before"] = activity_to_json(host.before, "before", figures);
  json["after"] = activity_to_json(host.after, "after", figures);
  json["sources"] = figures.take_sources();
  json["unavailable"] = figures.take_unavailable();
  json["warnings"] = host.warnings;
  return json;
}

std::string host_to_json_text(const HostReport& host) {
  std::string text;
  append_json(text, host_to_json(host));
  return text + "\n";
}

}  // namespace hermetric
