#include "reports/model/figure_writer.hpp"

namespace hermetric {
namespace {

using Json = FigureWriter::Json;

Json& member_at(Json& root, std::string_view path) {
  Json* node = &root;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    node = &(*node)[std::string(path.substr(0, dot))];
    path.remove_prefix(dot + 1);
  }
  return (*node)[std::string(path)];
}

}  // namespace

void FigureWriter::write(Json& root, std::string_view path, const std::string& full_path, const Measured& figure) {
  member_at(root, path) = figure.value ? Json(*figure.value) : Json(nullptr);
  if (!figure.known())
    missing(full_path, figure.note);
  else
    found(full_path, figure.note);
}

void FigureWriter::write(Json& root, std::string_view path, const std::string& full_path, const Setting& setting) {
  member_at(root, path) = setting.value ? Json(*setting.value) : Json(nullptr);
  if (!setting.value) missing(full_path, setting.reason);
}

void FigureWriter::write_text(Json& root, const std::string& key, const std::string& text) {
  root[key] = text.empty() ? Json(nullptr) : Json(text);
  if (text.empty()) missing(key, "this host does not tell it");
}

void FigureWriter::found(const std::string& full_path, const std::string& source) {
  if (!source.empty()) sources_[full_path] = source;
}

void FigureWriter::missing(const std::string& full_path, const std::string& reason) {
  unavailable_[full_path] = reason.empty() ? "not measured" : reason;
}

}  // namespace hermetric
