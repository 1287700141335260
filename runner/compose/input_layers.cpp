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

}  // namespace

InputLayers::~InputLayers() {
  for (const auto& [artifacts, staged] : staged_)
    if (remove_tree(staged.path)) (void)host_.ledger().strike(staged.cell);
}

Result<std::string> InputLayers::layer_of(const std::string& artifacts, const std::optional<std::string>& workspace) {
  if (!workspace || !(artifacts + "/").starts_with(*workspace + "/")) return artifacts;
  const std::lock_guard lock(mutex_);
  if (const auto known = staged_.find(artifacts); known != staged_.end()) return known->second.path;
  TRY_ASSIGN(const Staged staged, stage(artifacts));
  return staged_.emplace(artifacts, staged).first->second.path;
}

Result<InputLayers::Staged> InputLayers::stage(const std::string& artifacts) {
  const std::string cell = host_.next_cell();
  LedgerRecord record;
  record.cell = cell;
  record.name = "inputs";
  record.scratch = host_.directories().data + "/cells/" + cell;
  Staged staged{cell, record.scratch};
  TRY(host_.ledger().add(std::move(record)));
  if (auto linked = link_tree(artifacts, staged.path); !linked) {
    if (remove_tree(staged.path)) (void)host_.ledger().strike(cell);
    return std::unexpected(std::move(linked).error().in("inputs"));
  }
  return staged;
}

}  // namespace hermetric
