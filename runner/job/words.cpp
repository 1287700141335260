#include "runner/job/words.hpp"

#include <algorithm>
#include <optional>

namespace hermetric {
namespace {

constexpr std::string_view kBlanks = " \t\n";

/// Goes through a text, word by word.
class WordReader {
 public:
  explicit WordReader(std::string_view text) : rest_(text) {}

  /// Nothing: the end.
  Result<std::optional<std::string>> next() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
    if (rest_.empty()) return std::nullopt;
    TRY(check_not_for_a_shell());
    word_.clear();
    while (!rest_.empty() && kBlanks.find(rest_.front()) == std::string_view::npos) TRY(take_piece());
    return word_;
  }

 private:
  [[nodiscard]] Status check_not_for_a_shell() const {
    const std::string_view word = rest_.substr(0, rest_.find_first_of(kBlanks));
    const std::size_t operators = word.find_first_not_of("0123456789");
    if (operators == std::string_view::npos) return {};
    const bool redirects = word[operators] == '<' || word[operators] == '>';
    const bool joins = word.find_first_not_of("|&;") == std::string_view::npos;
    if (!redirects && !joins) return {};
    return std::unexpected(Error("\"" + std::string(word) + "\" is for a shell").remedy("quote it, or use --shell"));
  }

  Status take_piece() {
    const char first = take();
    if (first == '\'') return take_single_quoted();
    if (first == '"') return take_double_quoted();
    if (first != '\\')
      word_ += first;
    else if (!rest_.empty())
      word_ += take();
    return {};
  }

  Status take_single_quoted() {
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) return std::unexpected(Error("a ' is not closed"));
    word_ += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return {};
  }

  Status take_double_quoted() {
    while (!rest_.empty()) {
      const char c = take();
      if (c == '"') return {};
      const bool escapes =
          c == '\\' && !rest_.empty() && std::string_view("\"\\$`").find(rest_.front()) != std::string_view::npos;
      word_ += escapes ? take() : c;
    }
    return std::unexpected(Error("a \" is not closed"));
  }

  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view rest_;
  std::string word_;
};

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view text) {
  WordReader reader(text);
  std::vector<std::string> words;
  for (;;) {
    TRY_ASSIGN(auto word, reader.next());
    if (!word) break;
    words.push_back(*std::move(word));
  }
  if (words.empty()) return std::unexpected(Error("an empty command"));
  return words;
}

}  // namespace hermetric
