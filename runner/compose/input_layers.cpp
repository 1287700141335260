#include "runner/compose/input_layers.hpp"

#include <filesystem>

#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

Status link_tree(const std::string& from, const std::string& to) {
  constexpr auto kTree = fs::copy_options::recursive | fs::copy_options::copy_symlinks;
  std::error_code error;
  fs::copy(from, to, kTree | fs::copy_options::create_hard_links, error);
  if (error == std::errc::cross_device_link || error == std::errc::too_many_links) {
    TRY(remove_tree(to));
    fs::copy(from, to, kTree, error);
  }
  if (error) return std::unexpected(Error::system("copy", from, error.value()));
  return {};
}

std::string files_in(const StagingDirectory& staging) { return staging.path() + "/files"; }

}  // namespace

Result<std::string> InputLayers::layer_of(const std::string& artifacts, const std::optional<std::string>& workspace) {
  if (!workspace || !(artifacts + "/").starts_with(*workspace + "/")) return artifacts;
  const std::lock_guard lock(mutex_);
  if (const auto known = staged_.find(artifacts); known != staged_.end()) return files_in(known->second);
  TRY_ASSIGN(StagingDirectory staging, StagingDirectory::make(host_, "inputs"));
  if (auto linked = link_tree(artifacts, files_in(staging)); !linked)
    return std::unexpected(std::move(linked).error().in("inputs"));
  return files_in(staged_.emplace(artifacts, std::move(staging)).first->second);
}

}  // namespace hermetric
