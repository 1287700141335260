#include "runner/job/field.hpp"

#include <fmt/format.h>

#include <map>

#include "runner/job/value_shape.hpp"

namespace hermetric {

Field Field::part(const YamlNode& node, std::string_view name) const {
  return {node, *source_, owner_.empty() ? std::string(name) : fmt::format("{}: {}", owner_, name)};
}

Error Field::error(std::string_view what) const {
  Error error{std::string(what)};
  if (!owner_.empty()) error = std::move(error).in(owner_);
  return std::move(error).in(describe(source_->file, node_->position));
}

Result<std::span<const YamlEntry>> Field::entries() const {
  if (node_->kind != YamlNode::Kind::kMap)
    return std::unexpected(error(fmt::format("expected a mapping, got {}", describe_value(*node_))));
  std::map<std::string_view, int> lines;
  for (const YamlEntry& entry : node_->entries) {
    const auto [first, is_new] = lines.emplace(entry.key->text, entry.key->position.line);
    if (!is_new)
      return std::unexpected(
          part(*entry.key)
              .error(fmt::format("duplicate key \"{}\", first in line {}", entry.key->text, first->second)));
  }
  return std::span<const YamlEntry>(node_->entries);
}

}  // namespace hermetric
