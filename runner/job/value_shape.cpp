#include "runner/job/value_shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "runner/job/field.hpp"

namespace hermetric {
namespace {

using Kind = YamlNode::Kind;

bool is_scalar(const YamlNode& node) { return node.kind == Kind::kScalar; }
bool is_text_or_null(const YamlNode& node) { return is_text(node) || node.kind == Kind::kNull; }
bool is_list(const YamlNode& node) { return node.kind == Kind::kList; }
bool is_filled_list(const YamlNode& node) { return is_list(node) && !node.items.empty(); }
bool is_command(const YamlNode& node) { return is_scalar(node) || is_filled_list(node); }
bool is_map(const YamlNode& node) { return node.kind == Kind::kMap; }
bool is_filled_map(const YamlNode& node) { return is_map(node) && !node.entries.empty(); }

/// At most 40 bytes and one line, cut between characters.
std::string beginning(const std::string& text) {
  std::size_t end = std::min<std::size_t>({text.size(), 40, text.find('\n')});
  if (end == text.size()) return text;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end) + "...";
}

struct KindRule {
  std::string_view expected;
  bool (*accepts)(const YamlNode&);
  std::optional<ValueKind> inside = {};  ///< of the items of a list, the values of a mapping
};

constexpr std::array<KindRule, 12> kRules = {{
    {"true or false", is_boolean},
    {"a whole number", is_number},
    {"a number", is_number},
    {"text", is_text},
    {"text or a number", is_scalar},
    {"text or null", is_text_or_null},
    {"text or a number", is_scalar},
    {"a list of texts", is_list, ValueKind::kText},
    {"a list of values", is_filled_list, ValueKind::kScalar},
    {"a command line or a list of arguments", is_command, ValueKind::kScalar},
    {"a mapping of names to values", is_map, ValueKind::kScalar},
    {"a mapping of names to lists of values", is_filled_map, ValueKind::kScalarList},
}};
static_assert(kRules.size() == static_cast<std::size_t>(ValueKind::kMatrix) + 1);

}  // namespace

std::string describe_value(const YamlNode& node) {
  switch (node.kind) {
    case Kind::kNull: return "nothing";
    case Kind::kList: return node.items.empty() ? "an empty list" : "a list";
    case Kind::kMap: return node.entries.empty() ? "an empty mapping" : "a mapping";
    case Kind::kScalar: break;
  }
  if (is_text(node)) return fmt::format("the text \"{}\"", beginning(node.text));
  return fmt::format("{} {}", is_number(node) ? "the number" : "the truth value", node.text);
}

Status check_shape(const Field& field, ValueKind kind) {
  const YamlNode& node = field.node();
  const KindRule& rule = kRules[static_cast<std::size_t>(kind)];
  if (!rule.accepts(node)) {
    Error error = field.error(fmt::format("expected {}, got {}", rule.expected, describe_value(node)));
    const bool wants_quotes = rule.accepts == is_text && node.kind == Kind::kScalar;
    return std::unexpected(wants_quotes ? std::move(error).remedy("quote it to make it text") : std::move(error));
  }
  if (!rule.inside) return {};
  for (const YamlNodePtr& item : node.items) TRY(check_shape(field.part(*item), *rule.inside));
  if (node.kind != Kind::kMap) return {};
  TRY_ASSIGN(const auto entries, field.entries());
  for (const YamlEntry& entry : entries) TRY(check_shape(field.part(*entry.value, entry.key->text), *rule.inside));
  return {};
}

}  // namespace hermetric
