#include "runner/compose/settle_paths.hpp"

#include <filesystem>
#include <string>

namespace hermetric {
namespace {

namespace fs = std::filesystem;

Status settle(std::string& path, const char* key, bool directory = false) {
  std::error_code error;
  const fs::path canonical = fs::canonical(path, error);
  if (error) return std::unexpected(Error::system(key, path, error.value()));
  if (directory && !fs::is_directory(canonical, error))
    return std::unexpected(Error::system(key, path, error ? error.value() : ENOTDIR));
  path = canonical.string();
  return {};
}

/// A destination that was not named apart from its source stays equal to it.
Status settle(PathPair& pair, const char* key, bool directory) {
  const bool same = pair.source == pair.destination;
  TRY(settle(pair.source, key, directory));
  if (same) pair.destination = pair.source;
  return {};
}

}  // namespace

Status settle_paths(JobSpec& job) {
  if (job.workspace) TRY(settle(*job.workspace, "workspace", true));
  if (job.root != "host" && !job.root.starts_with("image:")) TRY(settle(job.root, "root", true));
  if (job.scratch && job.scratch != "tmpfs") TRY(settle(*job.scratch, "scratch", true));
  for (PathPair& pair : job.overlay) TRY(settle(pair, "overlay", true));
  for (PathPair& pair : job.ro) TRY(settle(pair, "ro", false));
  for (PathPair& pair : job.rw) TRY(settle(pair, "rw", false));
  return {};
}

}  // namespace hermetric
