#include "bench/floor_host.hpp"

#include <filesystem>

#include "bench/support.hpp"
#include "isolation/sandbox/confinement.hpp"
#include "isolation/workspace/skeleton.hpp"

namespace hermetric::bench {
namespace {

std::vector<std::string> floor_groups(CgroupDriver& cgroups, const SandboxSpec& spec) {
  std::vector<std::string> found;
  const auto all = cgroups.paths_of("x", {spec.limits, spec.io_devices});
  for (const char* name : {"/pids/", "/blkio/", "/memory/", "/unified/"})
    for (const std::string& group : all)
      if (const std::string base = group.substr(0, group.size() - 2); (base + "/").find(name) != std::string::npos)
        found.push_back(base);
  return found;
}

}  // namespace

FloorHost::FloorHost(SandboxHost& host, const SandboxSpec& spec)
    : sandbox_host_(host),
      root_(host.mounts().root()),
      lower_(host.mounts().lower(0)),
      skeleton_(
          need(host.mounts().layer_for(plan_skeleton(spec.skeleton), host.outside(spec.uid), host.outside(spec.gid)))),
      workspace_(spec.workspace.value_or("")),
      program_(spec.argv.front()),
      disk_(spec.io_devices.empty() ? "" : spec.io_devices.front()),
      memory_(std::to_string(spec.limits.memory.value_or(Bytes{}).count)),
      pids_(std::to_string(spec.limits.pids.value_or(0))),
      empty_file_(host.mounts().empty_file()),
      empty_directory_(host.mounts().empty_directory()),
      filter_(syscall_filter(spec.nested).counting),
      masked_(host.masked_paths()),
      groups_(floor_groups(host.cgroups(), spec)) {
  for (const MaskedPath& masked : masked_)
    masks_.push_back({masked.path.c_str(), (masked.is_directory ? empty_directory_ : empty_file_).c_str()});
  if (!fits()) return;
  host_.skeleton = skeleton_.c_str();
  host_.root = root_.c_str();
  host_.lower = lower_.c_str();
  host_.workspace = workspace_.c_str();
  host_.program = program_.c_str();
  for (std::size_t i = 0; i < groups_.size(); ++i) host_.groups[i] = groups_[i].c_str();
  host_.disk = disk_.empty() ? nullptr : disk_.c_str();
  host_.memory = memory_.c_str();
  host_.pids = pids_.c_str();
  host_.first_id = host.outside(0);
  host_.capabilities = job_capabilities(spec.uid, spec.nested);
  host_.filter = filter_.data();
  host_.filter_length = static_cast<unsigned short>(filter_.size());
  host_.masks = masks_.data();
  host_.mask_count = static_cast<unsigned>(masks_.size());
}

void FloorHost::run(bare_times& times) {
  const std::string place = sandbox_host_.place_of(sandbox_host_.next_cell());
  shelf_ = place.substr(0, place.rfind('.'));
  host_.shelf = shelf_.c_str();
  if (const char* failed = bare_cell(&host_, &times)) give_up(std::string("bare loop: ") + failed);
}

}  // namespace hermetric::bench
