#pragma once

#include <span>
#include <string>
#include <string_view>

#include "isolation/sys/result.hpp"
#include "runner/job/units.hpp"
#include "runner/job/yaml_tree.hpp"

namespace hermetric {

class Field;

/// The order is that of the rules in value_shape.cpp.
enum class ValueKind {
  kBoolean,
  kInteger,
  kNumber,
  kText,
  kTextOrInteger,  ///< quantities, which may be written as a bare number
  kTextOrNull,
  kScalar,  ///< taken as it is written: 07 is "07"
  kTextList,
  kScalarList,  ///< at least one
  kCommand,     ///< a scalar, or a list of at least one
  kScalarMap,
  kMatrix,  ///< lists of scalars by name, at least one
};

/// What the value of a key must look like. The reader checks it before it reads, the schema states it.
struct ValueShape {
  ValueKind kind;
  IntegerRange range = {};                         ///< of integers
  std::string_view pattern = {};                   ///< of texts, also those in a list; names of a mapping
  std::span<const std::string_view> choices = {};  ///< of texts
};

/// Kinds of values, also those inside of lists and mappings. What texts say is left to the key's parser.
Status check_shape(const Field& field, ValueKind kind);

/// For errors: "a list", "the number 5".
std::string describe_value(const YamlNode& node);

}  // namespace hermetric
