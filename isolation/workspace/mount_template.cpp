#include "isolation/workspace/mount_template.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

std::string key_of(const Skeleton& skeleton, std::uint32_t uid, std::uint32_t gid) {
  std::string key = std::to_string(uid) + ":" + std::to_string(gid);
  for (const SkeletonEntry& entry : skeleton) {
    key.append("\n")
        .append(entry.path)
        .append(entry.opaque ? " o " : " - ")
        .append(entry.owned ? "j " : "h ")
        .append(std::to_string(entry.mode));
    if (entry.kind != SkeletonEntry::Kind::kDirectory) key.append(" ").append(entry.content);
  }
  return key;
}

}  // namespace

Status MountTemplate::enter(const std::string& directory) {
  TRY(make_directories(directory, 0700));
  TRY(sys::unshare(CLONE_NEWNS));
  TRY(sys::mount("", "/", nullptr, MS_REC | MS_SLAVE, ""));
  TRY(sys::mount("hermetric", directory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"));
  for (const char* name : {"/skeleton", "/root", "/lower", "/scratch"})
    TRY(sys::mkdirat(AT_FDCWD, directory + name, 0755));
  TRY(sys::mkdirat(AT_FDCWD, directory + "/nothing", 0555));
  TRY(sys::open(directory + "/empty", O_WRONLY | O_CREAT | O_EXCL, 0444));
  return {};
}

Status MountTemplate::need_lowers(unsigned count) {
  const std::lock_guard lock(mutex_);
  for (; lowers_ < count; ++lowers_) TRY(sys::mkdirat(AT_FDCWD, lower(lowers_), 0755));
  return {};
}

bool MountTemplate::has_a_layer() {
  const std::lock_guard lock(mutex_);
  return !layers_.empty();
}

Result<std::string> MountTemplate::layer_for(const Skeleton& skeleton, std::uint32_t uid, std::uint32_t gid) {
  const std::string key = key_of(skeleton, uid, gid);
  const std::lock_guard lock(mutex_);
  if (const auto known = layers_.find(key); known != layers_.end()) return known->second;
  std::string layer = directory_ + "/skeleton/" + std::to_string(next_layer_++);
  TRY(sys::mkdirat(AT_FDCWD, layer, 0755));
  TRY(write_skeleton(skeleton, layer, uid, gid, rootless_));
  layers_.emplace(key, layer);
  return layer;
}

}  // namespace hermetric
