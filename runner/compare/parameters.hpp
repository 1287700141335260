#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// "NAME=a,b,c": what {NAME} in commands stands for, one after another.
struct Parameter {
  std::string name;
  std::vector<std::string> values;
};

Result<Parameter> parse_parameter(std::string_view text);

/// A value for each parameter, in their order.
using Binding = std::vector<std::pair<std::string, std::string>>;

/// Every combination, the last parameter changing fastest; one empty binding for no parameters. Error: a name twice.
Result<std::vector<Binding>> all_bindings(const std::vector<Parameter>& parameters);

/// `text` with {NAME} replaced by its value; other braces stay.
std::string substitute(std::string_view text, const Binding& binding);

}  // namespace hermetric
