#include "runner/job/yaml_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace hermetric {
namespace {

using testing::StartsWith;

/// Compact form of a tree: scalars as they are, quoted ones in '', lists in [], mappings in {}.
std::string show(const YamlNode& node) {
  std::string text;
  switch (node.kind) {
    case YamlNode::Kind::kNull: return "null";
    case YamlNode::Kind::kScalar: return node.quoted ? "'" + node.text + "'" : node.text;
    case YamlNode::Kind::kList:
      for (const YamlNodePtr& item : node.items) text += (text.empty() ? "" : " ") + show(*item);
      return "[" + text + "]";
    case YamlNode::Kind::kMap:
      for (const auto& [key, value] : node.entries) text += (text.empty() ? "" : " ") + key->text + ":" + show(*value);
      return "{" + text + "}";
  }
  return text;
}

std::string parsed(const std::string& text, const std::map<std::string, std::string>& variables = {}) {
  const auto root = parse_yaml(text, "f", variables);
  return root ? show(**root) : root.error().message();
}

TEST(YamlTree, KeepsOrderDuplicatesAndQuotes) {
  EXPECT_EQ(parsed("b: 1\na: '1'\nb: [x, ~, \"\"]\n"), "{b:1 a:'1' b:[x null '']}");
  EXPECT_EQ(parsed("{\"a\": {\"b\": [1, true, null]}}"), "{a:{b:[1 true null]}}");
  EXPECT_EQ(parsed("{\n\t\"a\": [\n\t\t1\n\t]\n}\n"), "{a:[1]}");
  EXPECT_EQ(parsed("a: |\n  one\n  two\n"), "{a:'one\ntwo\n'}");
}

TEST(YamlTree, AliasesAndMerges) {
  EXPECT_EQ(parsed("a: &x {p: 1, q: 2}\nb: *x\n"), "{a:{p:1 q:2} b:{p:1 q:2}}");
  EXPECT_EQ(parsed("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n"), "{a:{p:1 q:2} b:{q:3 p:1}}");
  EXPECT_EQ(parsed("a: [&x {p: 1}, &y {p: 2, q: 2}]\nb: {<<: [*x, *y]}\n"), "{a:[{p:1} {p:2 q:2}] b:{p:1 q:2}}");
  EXPECT_EQ(parsed("b: {<<: 1}\n"), "f:1:9: << takes a mapping or a list of mappings");
  EXPECT_EQ(parsed("a: &x [*x]\n"), "f:1:8: an alias inside its own anchor");
}

TEST(YamlTree, ErrorsHavePositions) {
  EXPECT_THAT(parsed("a: [1\nb: 2\n"), StartsWith("f:2:"));
  EXPECT_THAT(parsed("a: *x\n"), StartsWith("f:1:4: the referenced anchor is not defined"));
  EXPECT_EQ(parsed("a: !!int 3\n"), "f:1:4: tags have no meaning in a job file");
  EXPECT_EQ(parsed("a: !mine {}\n"), "f:1:4: tags have no meaning in a job file");
  EXPECT_EQ(parsed("a: !!str 3\n"), "{a:'3'}");
  EXPECT_EQ(parsed("a: \"x\\0\"\n"), "f:1:4: a NUL character");
  EXPECT_EQ(parsed("[a]: 1\n"), "f:1:1: a key must be text");
  EXPECT_EQ(parsed("a: 1\n---\nb: 1\n"), "f:2:1: a second document: a job file is one");
  EXPECT_EQ(parsed(std::string(100'000, '[')), "f:1:1: nested too deeply");
  for (const char* empty : {"", "\n\n", "# only a comment\n"}) EXPECT_EQ(parsed(empty), "f: the file is empty");
}

TEST(YamlTree, ReplacesOnlyGivenVariablesInValues) {
  const std::map<std::string, std::string> variables = {{"K", "v"}, {"N", "${K}"}};
  EXPECT_EQ(parsed("${K}: 1\na: x${K}y${K}\nb: [\"${N}\", $K, \"$${K}\", \"${L} ${K\"]\n", variables),
            "{${K}:1 a:xvyv b:['${K}' $K '$v' '${L} ${K']}");
  EXPECT_EQ(parsed("a: \"${x${K}\"\nb: '${N}'\n", variables), "{a:'${xv' b:'${K}'}");
  EXPECT_EQ(parsed("a: ${K}\n", variables), "--var N: f does not use ${N}");
}

TEST(YamlTree, ScalarsByTheCoreSchema) {
  const auto classify = [](const std::string& scalar) -> std::string {
    const auto root = parse_yaml("v: " + scalar, "f", {});
    if (!root) return root.error().message();
    const YamlNode& node = *(*root)->entries.front().value;
    return is_number(node) ? "number" : is_boolean(node) ? "boolean" : is_text(node) ? "text" : "none";
  };
  for (const char* number : {"0", "-1", "+1", "1.5", ".5", "1e3", "0x1F", "0o17", ".inf", "-.inf", ".nan", "1e999"})
    EXPECT_EQ(classify(number), "number") << number;
  for (const char* boolean : {"true", "False", "TRUE"}) EXPECT_EQ(classify(boolean), "boolean") << boolean;
  for (const char* text : {"yes", "1.2.3", "1K", "0-3", "'1'", "\"true\"", "nan", "inf", "0x", "0xg", "0o8", "--1"})
    EXPECT_EQ(classify(text), "text") << text;
  for (const char* none : {"~", "null", "", "[]", "{}"}) EXPECT_EQ(classify(none), "none") << none;
}

}  // namespace
}  // namespace hermetric
