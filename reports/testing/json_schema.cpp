#include "reports/testing/json_schema.hpp"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace hermetric::testing {

struct JsonSchema::Parsed {
  valijson::Schema schema;
};

JsonSchema::JsonSchema(std::string_view schema) : parsed_(std::make_unique<Parsed>()) {
  const nlohmann::json text = nlohmann::json::parse(schema);
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(valijson::adapters::NlohmannJsonAdapter(text), parsed_->schema);
}

JsonSchema::~JsonSchema() = default;

std::string JsonSchema::complaint(const nlohmann::json& document) const {
  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter target(document);
  if (valijson::Validator().validate(parsed_->schema, target, &results)) return "";
  valijson::ValidationResults::Error error;
  std::string text = "does not validate";
  while (results.popError(error)) {
    text += "\n";
    for (const std::string& step : error.context) text += step;
    text += ": " + error.description;
  }
  return text;
}

}  // namespace hermetric::testing
