#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// Where something stands in a file; both count from 1.
struct Position {
  int line = 1;
  int column = 1;
};

struct YamlNode;
using YamlNodePtr = std::shared_ptr<const YamlNode>;

struct YamlEntry {
  YamlNodePtr key, value;
};

/// One value of a YAML document, with its position. Unlike YAML::Node it keeps the entries of a mapping in the file's
/// order and keeps duplicates, so that a reader can refuse them. Aliases share their anchor's node.
struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  Position position;
  std::string text;          ///< of a scalar
  bool quoted = false;       ///< a scalar that is text whatever it looks like
  bool substituted = false;  ///< a scalar in which a variable was replaced: text or number, as its key wants
  std::vector<YamlNodePtr> items;
  std::vector<YamlEntry> entries;  ///< "<<" already merged in: own keys first, they win
};

/// Parses one YAML document (JSON is YAML). In scalar values `${NAME}` becomes the value of that name in `variables`;
/// every other "$" stays. Errors: "file:line:column: what", for syntax, aliases and tags; and a variable that the
/// document does not use.
Result<YamlNodePtr> parse_yaml(const std::string& text, std::string_view file,
                               const std::map<std::string, std::string>& variables);

/// "file:line:column"
std::string describe(std::string_view file, Position position);

// What a scalar is by YAML's core schema, as far as job files care.
bool is_number(const YamlNode& node);
bool is_boolean(const YamlNode& node);
bool is_text(const YamlNode& node);

}  // namespace hermetric
