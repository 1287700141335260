#include "runner/compose/staging_directory.hpp"

#include <utility>

#include "isolation/sys/files.hpp"
#include "isolation/workspace/shelf.hpp"

namespace hermetric {

Result<StagingDirectory> StagingDirectory::make(SandboxHost& host, const std::string& name) {
  LedgerRecord record;
  record.cell = host.next_cell();
  record.name = name;
  record.scratch = host.place_of(record.cell);
  StagingDirectory staging(host, record.cell, record.scratch);
  TRY(host.ledger().add(std::move(record)));
  TRY(make_on_shelf(staging.path_));
  return staging;
}

StagingDirectory::StagingDirectory(StagingDirectory&& other) noexcept
    : host_(other.host_), cell_(std::exchange(other.cell_, {})), path_(std::exchange(other.path_, {})) {}

StagingDirectory::~StagingDirectory() {
  if (!path_.empty() && remove_tree(path_)) (void)host_.ledger().strike(cell_);
}

}  // namespace hermetric
