#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isolation/sys/result.hpp"
#include "runner/job/units.hpp"
#include "runner/job/yaml_tree.hpp"

namespace hermetric {

/// The file that is read, and the directory its relative paths are taken from.
struct JobFileSource {
  std::string file;
  std::string directory;
};

/// One value of a job file together with how to speak of it: errors read "file:line:column: OWNER: what", OWNER being
/// like `job "test": memory`. Borrows node and source. The readers expect a value that check_shape() has passed.
class Field {
 public:
  Field(const YamlNode& node, const JobFileSource& source, std::string owner)
      : node_(&node), source_(&source), owner_(std::move(owner)) {}

  [[nodiscard]] const YamlNode& node() const { return *node_; }

  /// A part of this value, with the same owner.
  [[nodiscard]] Field part(const YamlNode& node) const { return {node, *source_, owner_}; }
  /// A part of this value that has a name of its own.
  [[nodiscard]] Field part(const YamlNode& node, std::string_view name) const;

  [[nodiscard]] Error error(std::string_view what) const;

  /// The entries of a mapping; an error if this is none, or a key stands in it twice.
  [[nodiscard]] Result<std::span<const YamlEntry>> entries() const;

  /// Reads a scalar with a `Result<T> parse(std::string_view)`.
  template <typename Target, typename Parse>
  Status scalar(Target& target, Parse parse) const {
    auto value = parse(std::string_view(node_->text));
    if (!value) return std::unexpected(error(value.error().message()));
    target = *std::move(value);
    return {};
  }

  /// Reads each item of a list; replaces what `target` held.
  template <typename Item, typename Parse>
  Status list(std::vector<Item>& target, Parse parse) const {
    std::vector<Item> items(node_->items.size());
    for (std::size_t i = 0; i < items.size(); ++i) TRY(part(*node_->items[i]).scalar(items[i], parse));
    target = std::move(items);
    return {};
  }

  template <typename Enum>
  Status choice(Enum& target, std::span<const std::string_view> names) const {
    return scalar(target, [&](std::string_view text) -> Result<Enum> {
      TRY_ASSIGN(const std::size_t index, parse_choice(text, names));
      return static_cast<Enum>(index);
    });
  }

  /// Binds the file's directory as second argument of a parser of paths.
  template <typename Parse>
  [[nodiscard]] auto from_directory(Parse parse) const {
    return [parse, &directory = source_->directory](std::string_view text) { return parse(text, directory); };
  }

 private:
  const YamlNode* node_;
  const JobFileSource* source_;
  std::string owner_;
};

}  // namespace hermetric
