#include "reports/model/json_cursor.hpp"

namespace hermetric {
namespace {

const nlohmann::json kNothing;
const nlohmann::json::object_t kNoMembers;

std::string_view kind_of(const nlohmann::json& value) {
  if (value.is_null()) return "null";
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "text";
  if (value.is_boolean()) return "a truth value";
  return "a number";
}

}  // namespace

std::optional<JsonCursor> JsonCursor::find(std::string_view key) const {
  const auto& members = object();
  const auto member = members.find(std::string(key));
  if (member == members.end()) return std::nullopt;
  return JsonCursor(member->second, path_to(key), *first_error_);
}

JsonCursor JsonCursor::at(std::string_view key) const {
  if (auto member = find(key)) return *std::move(member);
  JsonCursor missing(kNothing, path_to(key), *first_error_);
  missing.fail("missing");
  return missing;
}

std::size_t JsonCursor::size() const {
  if (value_->is_array()) return value_->size();
  fail_expected("a list");
  return 0;
}

JsonCursor JsonCursor::at(std::size_t index) const {
  return {(*value_)[index], path_ + "[" + std::to_string(index) + "]", *first_error_};
}

std::uint64_t JsonCursor::unsigned_integer(std::uint64_t maximum) const {
  if (!value_->is_number_unsigned()) {
    fail_expected("an unsigned integer");
    return 0;
  }
  const auto number = value_->get<std::uint64_t>();
  if (number <= maximum) return number;
  fail("more than " + std::to_string(maximum));
  return 0;
}

double JsonCursor::number() const {
  if (value_->is_number()) return value_->get<double>();
  fail_expected("a number");
  return 0;
}

bool JsonCursor::boolean() const {
  if (value_->is_boolean()) return value_->get<bool>();
  fail_expected("a truth value");
  return false;
}

std::string JsonCursor::text() const {
  if (value_->is_string()) return value_->get<std::string>();
  fail_expected("text");
  return {};
}

const nlohmann::json::object_t& JsonCursor::object() const {
  if (value_->is_object()) return value_->get_ref<const nlohmann::json::object_t&>();
  fail_expected("an object");
  return kNoMembers;
}

void JsonCursor::fail(std::string_view what) const {
  if (!*first_error_) *first_error_ = Error((path_.empty() ? "document" : path_) + ": " + std::string(what));
}

void JsonCursor::fail_expected(std::string_view what) const {
  fail("expected " + std::string(what) + ", found " + std::string(kind_of(*value_)));
}

std::string JsonCursor::path_to(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

}  // namespace hermetric
