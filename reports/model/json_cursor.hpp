#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "isolation/sys/error.hpp"

namespace hermetric {

/// A place in a JSON document that is being read. A read that does not find what it wants records an error, with the
/// place, and gives an empty value; only the first error is kept. So a reader is a plain list of reads with one check
/// at its end. The document and the error must outlive the cursor.
class JsonCursor {
 public:
  JsonCursor(const nlohmann::json& document, std::optional<Error>& first_error)
      : value_(&document), first_error_(&first_error) {}

  /// A member that must be there.
  [[nodiscard]] JsonCursor at(std::string_view key) const;
  /// A member that may be missing.
  [[nodiscard]] std::optional<JsonCursor> find(std::string_view key) const;
  /// Number of elements of what must be an array.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] JsonCursor at(std::size_t index) const;

  [[nodiscard]] bool is_null() const { return value_->is_null(); }
  [[nodiscard]] std::uint64_t unsigned_integer(std::uint64_t maximum = UINT64_MAX) const;
  [[nodiscard]] double number() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::string text() const;
  /// The object itself, to go through its members.
  [[nodiscard]] const nlohmann::json::object_t& object() const;

  void fail(std::string_view what) const;

 private:
  JsonCursor(const nlohmann::json& value, std::string path, std::optional<Error>& first_error)
      : value_(&value), path_(std::move(path)), first_error_(&first_error) {}

  [[nodiscard]] std::string path_to(std::string_view key) const;
  void fail_expected(std::string_view what) const;

  const nlohmann::json* value_;
  std::string path_;
  std::optional<Error>* first_error_;
};

}  // namespace hermetric
