#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "isolation/types/host.hpp"
#include "isolation/types/measured.hpp"

namespace hermetric {

/// Writes figures into a JSON object, and collects where each came from or why it is missing.
class FigureWriter {
 public:
  using Json = nlohmann::ordered_json;

  /// Sets the member of `root` at a dotted path, made where it is missing; `full_path` names it in the notes.
  void write(Json& root, std::string_view path, const std::string& full_path, const Measured& figure);
  void write(Json& root, std::string_view path, const std::string& full_path, const Setting& setting);

  /// Text that nobody found out is empty in the model and null in the report.
  void write_text(Json& root, const std::string& key, const std::string& text);

  void found(const std::string& full_path, const std::string& source);
  void missing(const std::string& full_path, const std::string& reason);

  Json take_sources() { return std::move(sources_); }
  Json take_unavailable() { return std::move(unavailable_); }

 private:
  Json sources_ = Json::object();
  Json unavailable_ = Json::object();
};

}  // namespace hermetric
