#include "runner/cli/compare_sources.hpp"
#include "runner/compose/host_command.hpp"

namespace hermetric {
namespace {

/// Of as many as there are words the one of this word, or the only one.
Result<std::optional<std::string>> hook_of(const std::vector<std::string>& hooks, std::size_t word, std::size_t words,
                                           const char* option) {
  if (hooks.empty()) return std::nullopt;
  if (hooks.size() == 1) return hooks.front();
  if (hooks.size() == words) return hooks[word];
  return std::unexpected(Error(std::string(option) + ": expected one, or one for each that is compared"));
}

}  // namespace

Result<std::vector<Hooks>> hooks_of(const CompareOptions& options) {
  std::vector<Hooks> all(options.words.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    TRY_ASSIGN(all[i].prepare, hook_of(options.prepare, i, all.size(), "--prepare"));
    TRY_ASSIGN(all[i].cleanup, hook_of(options.cleanup, i, all.size(), "--cleanup"));
  }
  return all;
}

int clean_up(const std::vector<Hooks>& all, int code) {
  for (const Hooks& hooks : all) {
    if (!hooks.cleanup) continue;
    if (auto cleaned = run_on_host({"sh", "-c", *hooks.cleanup}); !cleaned)
      code = trouble(std::move(cleaned).error().in("compare: --cleanup \"" + *hooks.cleanup + "\""));
  }
  return code;
}

}  // namespace hermetric
