#include "runner/compare/parameters.hpp"

#include <algorithm>

namespace hermetric {

Result<Parameter> parse_parameter(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return std::unexpected(Error("expected NAME=a,b,c, found \"" + std::string(text) + "\""));
  Parameter parameter{std::string(text.substr(0, equals)), {}};
  std::string_view rest = text.substr(equals + 1);
  for (;;) {
    const std::size_t comma = rest.find(',');
    parameter.values.emplace_back(rest.substr(0, comma));
    if (comma == std::string_view::npos) return parameter;
    rest.remove_prefix(comma + 1);
  }
}

Result<std::vector<Binding>> all_bindings(const std::vector<Parameter>& parameters) {
  std::vector<Binding> bindings(1);
  for (const Parameter& parameter : parameters) {
    std::vector<Binding> longer;
    for (const Binding& binding : bindings) {
      if (std::ranges::any_of(binding, [&](const auto& bound) { return bound.first == parameter.name; }))
        return std::unexpected(Error("\"" + parameter.name + "\" is there twice"));
      for (const std::string& value : parameter.values) {
        longer.push_back(binding);
        longer.back().emplace_back(parameter.name, value);
      }
    }
    bindings = std::move(longer);
  }
  return bindings;
}

std::string substitute(std::string_view text, const Binding& binding) {
  std::string bound;
  while (!text.empty()) {
    const auto here = std::ranges::find_if(
        binding, [&](const auto& parameter) { return text.starts_with("{" + parameter.first + "}"); });
    if (here == binding.end()) {
      bound += text.front();
      text.remove_prefix(1);
    } else {
      bound += here->second;
      text.remove_prefix(here->first.size() + 2);
    }
  }
  return bound;
}

}  // namespace hermetric
