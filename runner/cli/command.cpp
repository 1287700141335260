#include "runner/cli/command.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include "reports/render/text.hpp"
#include "runner/job/nearest_name.hpp"

namespace hermetric {
namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// CLI11 reports unknown words as one list; the first that looks like an option gets its nearest neighbour.
std::string explain_extras(const CLI::App& app) {
  for (const std::string& word : app.remaining())
    if (word.starts_with("-"))
      return "unknown option " + word + did_you_mean(word.substr(0, word.find('=')), option_names(app));
  return "unexpected argument \"" + app.remaining().front() + "\"";
}

/// CLI11's own line does not know what stands behind "--".
class UsageLine : public CLI::Formatter {
 public:
  explicit UsageLine(std::string text) : text_(std::move(text)) {}
  std::string make_usage(const CLI::App*, std::string) const override { return text_; }

 private:
  std::string text_;
};

}  // namespace

int trouble(std::string_view what) {
  std::cerr << "hermetric: " << sanitize(what) << std::endl;
  return kExitTrouble;
}

int trouble(const Error& error) { return trouble(error.message()); }

std::optional<int> parse_arguments(CLI::App& app, const std::string& usage, const Arguments& arguments) {
  app.formatter(std::make_shared<UsageLine>("usage: hermetric " + app.get_name() + " " + usage + "\n"));
  app.allow_extras();
  try {
    Arguments reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::Success&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::ParseError& error) {
    return trouble(app.get_name() + ": " + error.what());
  }
  if (app.remaining_size() > 0) return trouble(app.get_name() + ": " + explain_extras(app));
  return std::nullopt;
}

SplitArguments split_at_command(const Arguments& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  SplitArguments split;
  split.options.assign(arguments.begin(), dashes);
  split.has_command = dashes != arguments.end();
  if (split.has_command) split.command.assign(dashes + 1, arguments.end());
  return split;
}

}  // namespace hermetric
