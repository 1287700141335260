#include "runner/cli/committed_tree.hpp"

#include <filesystem>
#include <sstream>
#include <string_view>
#include <vector>

#include "runner/compose/report_directory.hpp"
#include "runner/job/git.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

/// A directory as git sees it.
class Checkout {
 public:
  explicit Checkout(std::string directory) : directory_(std::move(directory)) {}

  [[nodiscard]] std::optional<std::string> object(const std::string& revision) const {
    return ask({"rev-parse", "-q", "--verify", revision});
  }

  [[nodiscard]] bool is_at(const std::string& commit) const {
    const auto head = object("HEAD^{commit}");
    return head && head == object(commit + "^{commit}");
  }

  /// Whether all tracked files are plain ones that git looks at: "H" stands for neither skipped nor taken for
  /// unchanged, 100 and 120 for files and symbolic links.
  [[nodiscard]] bool is_looked_at() const {
    const auto files = ask({"ls-files", "-v", "-s", "--", "."});
    if (!files) return false;
    std::istringstream lines(*files);
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with("H 100") && !line.starts_with("H 120")) return false;
    return true;
  }

  /// Whether git finds no file, but those of the report, that the commit does not have as it is.
  [[nodiscard]] bool is_clean_but_for(const std::string& report) const {
    const auto top = ask({"rev-parse", "--show-toplevel"});
    const auto status = ask({"status", "--porcelain", "-z", "-uall", "--ignored", "--", "."});
    if (!top || !status) return false;
    for (std::string_view rest = *status; !rest.empty();) {
      const std::string_view entry = rest.substr(0, rest.find('\0'));
      rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
      const bool is_foreign = entry.starts_with("?? ") || entry.starts_with("!! ");
      if (!is_foreign || !belongs_to(report, *top + "/" + std::string(entry.substr(3)))) return false;
    }
    return true;
  }

 private:
  [[nodiscard]] std::optional<std::string> ask(std::vector<std::string> words) const {
    words.insert(words.begin(), {"-C", directory_});
    return ask_git(words);
  }

  static bool belongs_to(const std::string& report, const std::string& path) {
    std::error_code error;
    const fs::path canonical = fs::canonical(report, error);
    if (error) return false;
    const std::string directory = canonical.parent_path().string();
    return path == canonical || (path.starts_with(directory + "/") && is_report_directory(directory));
  }

  std::string directory_;
};

}  // namespace

std::optional<std::string> committed_tree(const std::string& directory, const std::string& commit,
                                          const std::string& report) {
  const Checkout checkout(directory);
  if (!checkout.is_at(commit) || !checkout.is_looked_at() || !checkout.is_clean_but_for(report)) return std::nullopt;
  return checkout.object("HEAD:./");
}

}  // namespace hermetric
