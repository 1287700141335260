#pragma once

#include <string>
#include <string_view>

namespace hermetric {

/// Why hermetric could not do something. The lowest layer states the system call and its object; each layer above adds
/// its noun in front with in(); only the command line prints. A job's own failure is an Outcome, never an Error.
class Error {
 public:
  explicit Error(std::string message) : message_(std::move(message)) {}

  /// "CALL OBJECT: strerror(error_number)", with the remedy where a limit of the host or the user was reached.
  static Error system(std::string_view call, std::string_view object, int error_number);

  /// Puts `context` in front: "context: message".
  [[nodiscard]] Error in(std::string_view context) &&;

  /// Adds what would help: "message (remedy)".
  [[nodiscard]] Error remedy(std::string_view remedy) &&;

  [[nodiscard]] const std::string& message() const { return message_; }
  /// errno of the failed call, or 0 if no system call failed.
  [[nodiscard]] int error_number() const { return error_number_; }

 private:
  std::string message_;
  int error_number_ = 0;
};

}  // namespace hermetric
