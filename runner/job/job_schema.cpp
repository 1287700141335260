#include "runner/job/job_schema.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runner/job/job_keys.hpp"
#include "runner/job/operands.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

Json scalar() { return {{"type", {"string", "number", "boolean"}}}; }

Json list_of(Json items, unsigned at_least) {
  Json list = {{"type", "array"}, {"items", std::move(items)}};
  if (at_least > 0) list["minItems"] = at_least;
  return list;
}

Json text(const ValueShape& shape) {
  Json text = {{"type", "string"}};
  if (!shape.pattern.empty()) text["pattern"] = shape.pattern;
  if (!shape.choices.empty()) text["enum"] = shape.choices;
  return text;
}

Json map_of(const Json& values, const ValueShape& shape) {
  Json map = {{"type", "object"}, {"additionalProperties", false}};
  map["patternProperties"][std::string(shape.pattern)] = values;
  return map;
}

/// Which bare numbers a quantity takes is what its pattern says of their digits.
Json quantity(const ValueShape& shape) {
  Json quantity = {{"type", {"string", "integer"}}, {"pattern", shape.pattern}, {"minimum", 0}};
  if (shape.pattern == kDurationPattern) quantity["maximum"] = 0;
  if (shape.pattern == kPositiveSizePattern) quantity["minimum"] = 1;
  if (shape.pattern == kPositiveDurationPattern) quantity["type"] = "string";
  return quantity;
}

Json integer(const IntegerRange& range) {
  Json integer = {{"type", "integer"}, {"minimum", range.low}};
  if (range.high != IntegerRange{}.high) integer["maximum"] = range.high;
  return integer;
}

Json command() {
  Json program = scalar();
  program["minLength"] = 1;
  Json arguments = list_of(Json::array({program}), 1);
  arguments["additionalItems"] = scalar();
  return {{"anyOf", {program, arguments}}};
}

Json schema_of(const ValueShape& shape) {
  switch (shape.kind) {
    case ValueKind::kBoolean: return {{"type", "boolean"}};
    case ValueKind::kInteger: return integer(shape.range);
    case ValueKind::kNumber: return {{"type", "number"}, {"minimum", kMinCpus}};
    case ValueKind::kText: return text(shape);
    case ValueKind::kTextOrInteger: return quantity(shape);
    case ValueKind::kTextOrNull: return {{"type", {"string", "null"}}, {"pattern", shape.pattern}};
    case ValueKind::kScalar: return scalar();
    case ValueKind::kTextList: return list_of(text(shape), 0);
    case ValueKind::kScalarList: return list_of(scalar(), 1);
    case ValueKind::kCommand: return command();
    case ValueKind::kScalarMap: return map_of(scalar(), shape);
    case ValueKind::kMatrix: {
      Json matrix = map_of(list_of(scalar(), 1), shape);
      matrix["minProperties"] = 1;
      return matrix;
    }
  }
  return {};
}

Json object_of(const Json& properties) {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
}

}  // namespace

std::string job_schema() {
  Json definitions, of_job, of_defaults;
  for (const JobKey& key : job_keys()) {
    Json& definition = definitions[std::string(key.name)];
    definition = {{"description", key.description}};
    definition.update(schema_of(key.shape));
    const Json reference = {{"$ref", fmt::format("#/definitions/{}", key.name)}};
    of_job[std::string(key.name)] = reference;
    if (key.in_defaults) of_defaults[std::string(key.name)] = reference;
  }
  Json job = object_of(of_job);
  job["required"] = Json::array({"command"});
  const Json names = {{"pattern", kJobNamePattern}, {"maxLength", kMaxJobName}};
  const Json jobs = {
      {"type", "object"}, {"minProperties", 1}, {"propertyNames", names}, {"additionalProperties", std::move(job)}};

  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "hermetric job file"}};
  schema.update(object_of({{"defaults", object_of(of_defaults)}, {"jobs", jobs}}));
  schema["required"] = Json::array({"jobs"});
  schema["definitions"] = std::move(definitions);
  return schema.dump(2) + "\n";
}

}  // namespace hermetric
