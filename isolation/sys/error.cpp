#include "isolation/sys/error.hpp"

#include <system_error>

namespace hermetric {

Error Error::system(std::string_view call, std::string_view object, int error_number) {
  std::string message(call);
  if (!object.empty()) message.append(" ").append(object);
  message.append(": ").append(std::generic_category().message(error_number));
  Error error(std::move(message));
  error.error_number_ = error_number;
  return error;
}

Error Error::in(std::string_view context) && {
  message_ = std::string(context).append(": ").append(message_);
  return std::move(*this);
}

Error Error::remedy(std::string_view remedy) && {
  message_.append(" (").append(remedy).append(")");
  return std::move(*this);
}

}  // namespace hermetric
