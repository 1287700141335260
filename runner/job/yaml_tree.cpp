#include "runner/job/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>

namespace hermetric {
namespace {

using Kind = YamlNode::Kind;

Position position_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

std::shared_ptr<YamlNode> make_node(Kind kind, Position position) {
  auto node = std::make_shared<YamlNode>();
  node->kind = kind;
  node->position = position;
  return node;
}

/// Leaves parse_yaml() only as an Error: yaml-cpp's events have no other way to stop.
[[noreturn]] void refuse(Position position, const std::string& what) {
  YAML::Mark mark;
  mark.line = position.line - 1;
  mark.column = position.column - 1;
  throw YAML::ParserException(mark, what);
}

class Variables {
 public:
  explicit Variables(const std::map<std::string, std::string>& values) : values_(values) {}

  /// One pass from left to right; what a value brings in is not looked at again.
  std::string replace(const std::string& text) {
    std::string result;
    for (std::size_t begin = 0;;) {
      const std::size_t open = text.find("${", begin);
      const std::size_t close = open == text.npos ? open : text.find('}', open);
      if (close == text.npos) return result.append(text, begin);
      const auto value = values_.find(text.substr(open + 2, close - open - 2));
      const std::size_t next = value == values_.end() ? open + 2 : close + 1;
      result.append(text, begin, (value == values_.end() ? next : open) - begin);
      begin = next;
      if (value == values_.end()) continue;
      used_.insert(value->first);
      result.append(value->second);
    }
  }

  [[nodiscard]] Status all_used(std::string_view file) const {
    for (const auto& [name, value] : values_) {
      if (!used_.contains(name))
        return std::unexpected(Error(fmt::format("--var {0}: {1} does not use ${{{0}}}", name, file)));
    }
    return {};
  }

 private:
  const std::map<std::string, std::string>& values_;
  std::set<std::string> used_;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Variables& variables) : variables_(variables) {}

  [[nodiscard]] YamlNodePtr root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) refuse(position_of(mark), "a second document: a job file is one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(make_node(Kind::kNull, position_of(mark)), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto node = anchors_.find(anchor);
    if (node == anchors_.end()) refuse(position_of(mark), "an alias inside its own anchor");
    attach(node->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const Position position = position_of(mark);
    constexpr std::string_view kPlain = "?", kQuoted = "!", kString = "tag:yaml.org,2002:str";
    if (tag != kPlain && tag != kQuoted && tag != kString) refuse(position, "tags have no meaning in a job file");
    if (value.find('\0') != value.npos) refuse(position, "a NUL character");
    auto node = make_node(Kind::kScalar, position);
    node->text = awaits_key() ? value : variables_.replace(value);
    node->quoted = tag != kPlain;
    node->substituted = node->text != value;
    add(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override {
    merge(*open_.back().node);
    close();
  }

 private:
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor;
    YamlNodePtr key;  ///< of a mapping, while its value is awaited
  };

  [[nodiscard]] bool awaits_key() const {
    return !open_.empty() && open_.back().node->kind == Kind::kMap && !open_.back().key;
  }

  void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const Position position = position_of(mark);
    if (!tag.empty() && tag != "?" && tag != "!") refuse(position, "tags have no meaning in a job file");
    open_.push_back({make_node(kind, position), anchor, nullptr});
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    add(std::move(closed.node), closed.anchor);
  }

  void add(YamlNodePtr node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    attach(std::move(node));
  }

  void attach(YamlNodePtr node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node->kind == Kind::kList) {
      parent.node->items.push_back(std::move(node));
    } else if (!parent.key) {
      if (node->kind != Kind::kScalar) refuse(node->position, "a key must be text");
      parent.key = std::move(node);
    } else {
      parent.node->entries.push_back({std::move(parent.key), std::move(node)});
      parent.key = nullptr;
    }
  }

  static bool is_merge(const YamlEntry& entry) { return entry.key->text == "<<" && !entry.key->quoted; }

  /// Entries of "<<" go behind the mapping's own, unless it has their key; of several merged ones the first wins.
  static void merge(YamlNode& map) {
    std::vector<YamlEntry> own, merged;
    std::set<std::string_view> keys;
    for (const YamlEntry& entry : map.entries) {
      (is_merge(entry) ? merged : own).push_back(entry);
      if (!is_merge(entry)) keys.insert(entry.key->text);
    }
    if (merged.empty()) return;
    for (const YamlEntry& entry : merged) {
      const auto sources = entry.value->kind == Kind::kList ? entry.value->items : std::vector{entry.value};
      for (const YamlNodePtr& source : sources) {
        if (source->kind != Kind::kMap) refuse(source->position, "<< takes a mapping or a list of mappings");
        for (const YamlEntry& inherited : source->entries)
          if (keys.insert(inherited.key->text).second) own.push_back(inherited);
      }
    }
    map.entries = std::move(own);
  }

  Variables& variables_;
  YamlNodePtr root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNodePtr> anchors_;
};

bool looks_like_number(std::string_view text) {
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const std::string_view digits = text.substr(sign);
  if (digits == ".inf" || digits == ".Inf" || digits == ".INF" || text == ".nan" || text == ".NaN" || text == ".NAN")
    return true;
  if (digits.empty() || (digits[0] != '.' && (digits[0] < '0' || digits[0] > '9'))) return false;
  if (digits.starts_with("0x") || digits.starts_with("0o")) {
    constexpr std::string_view kHex = "0123456789abcdefABCDEF";
    const std::string_view allowed = kHex.substr(0, digits[1] == 'x' ? kHex.size() : 8);
    return digits.size() > 2 && digits.find_first_not_of(allowed, 2) == digits.npos;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error != std::errc::invalid_argument && end == digits.data() + digits.size();
}

bool looks_like_boolean(std::string_view text) {
  constexpr std::string_view kWords[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
  return std::ranges::find(kWords, text) != std::end(kWords);
}

bool is_open_scalar(const YamlNode& node) { return node.kind == Kind::kScalar && (!node.quoted || node.substituted); }

}  // namespace

std::string describe(std::string_view file, Position position) {
  return fmt::format("{}:{}:{}", file, position.line, position.column);
}

bool is_number(const YamlNode& node) { return is_open_scalar(node) && looks_like_number(node.text); }

bool is_boolean(const YamlNode& node) { return is_open_scalar(node) && looks_like_boolean(node.text); }

bool is_text(const YamlNode& node) {
  if (node.kind != Kind::kScalar) return false;
  return node.quoted || node.substituted || (!looks_like_number(node.text) && !looks_like_boolean(node.text));
}

Result<YamlNodePtr> parse_yaml(const std::string& text, std::string_view file,
                               const std::map<std::string, std::string>& variables) {
  Variables replacer(variables);
  TreeBuilder builder(replacer);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::DeepRecursion& error) {
    return std::unexpected(Error("nested too deeply").in(describe(file, position_of(error.mark))));
  } catch (const YAML::Exception& error) {
    return std::unexpected(Error(error.msg).in(describe(file, position_of(error.mark))));
  }
  if (!builder.root()) return std::unexpected(Error(fmt::format("{}: the file is empty", file)));
  TRY(replacer.all_used(file));
  return builder.root();
}

}  // namespace hermetric
