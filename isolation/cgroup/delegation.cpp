#include "isolation/cgroup/delegation.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/cgroup/hierarchy.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/types/privileges.hpp"

namespace hermetric {
namespace {

constexpr const char* kControl = "cgroup.subtree_control";

Result<std::vector<std::string>> subtree_control_of(const CgroupBase& base) {
  TRY_ASSIGN(const std::string text, read_file_at(base.fd.get(), kControl));
  std::vector<std::string> names;
  for (const std::string_view name : split(trimmed(text), ' ')) names.emplace_back(name);
  return names;
}

}  // namespace

Result<std::vector<std::string>> Delegation::enable() {
  const std::lock_guard lock(mutex_);
  if (done_ || base_->controllers.empty()) return usable_;
  TRY_ASSIGN(std::vector<std::string> present, subtree_control_of(*base_));
  std::vector<std::string> missing;
  for (const std::string& name : base_->controllers)
    if (!has_controller(present, name)) missing.push_back(name);
  if (!missing.empty()) {
    TRY(enable_all(missing));
    TRY_ASSIGN(present, subtree_control_of(*base_));
  }
  for (const std::string& name : base_->controllers)
    if (has_controller(present, name)) usable_.push_back(name);
  done_ = true;
  return usable_;
}

Status Delegation::enable_all(const std::vector<std::string>& missing) {
  Status status = write_control(missing, '+');
  if (!status && status.error().error_number() == EBUSY) {
    if (const Status moved = step_aside()) status = write_control(missing, '+');
    if (!status && status.error().error_number() == EBUSY) {
      step_back();
      return std::unexpected(std::move(status).error().in(others_in(base_->path)).remedy(kGroupRemedy));
    }
  }
  if (status) {
    enabled_ = missing;
    return {};
  }
  // All or nothing in one write; cpu alone may be refused (real-time tasks), and the others are worth having.
  for (const std::string& name : missing)
    if (write_control({name}, '+')) enabled_.push_back(name);
  return {};
}

Status Delegation::write_control(const std::vector<std::string>& controllers, char sign) const {
  std::string text;
  for (const std::string& name : controllers) text.append(text.empty() ? "" : " ").append(1, sign).append(name);
  return write_file_at(base_->fd.get(), kControl, text);
}

Status Delegation::step_aside() {
  const std::string name = std::string(kSelfGroupPrefix) + std::to_string(::getpid());
  if (const Status made = sys::mkdirat(base_->fd.get(), name, 0755); !made && made.error().error_number() != EEXIST)
    return made;
  self_group_ = name;
  return write_file_at(base_->fd.get(), name + "/cgroup.procs", "0");
}

void Delegation::step_back() {
  if (self_group_.empty()) return;
  (void)write_file_at(base_->fd.get(), "cgroup.procs", "0");
  (void)sys::unlinkat(base_->fd.get(), self_group_, AT_REMOVEDIR);
  self_group_.clear();
}

Delegation::~Delegation() {
  if (!enabled_.empty() && !self_group_.empty()) (void)write_control(enabled_, '-');
  step_back();
}

}  // namespace hermetric
