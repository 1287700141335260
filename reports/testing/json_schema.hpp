#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace hermetric::testing {

/// A JSON Schema, draft 7, ready to judge documents.
class JsonSchema {
 public:
  explicit JsonSchema(std::string_view schema);
  ~JsonSchema();

  /// What is wrong with `document`, a line each; empty if nothing is.
  [[nodiscard]] std::string complaint(const nlohmann::json& document) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace hermetric::testing
