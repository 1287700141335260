#include "isolation/process/command_room.hpp"

#include <cstring>

namespace hermetric {
namespace {

std::size_t text_size(const std::vector<std::string>& texts) {
  std::size_t size = 0;
  for (const std::string& text : texts) size += text.size() + 1;
  return size;
}

/// First the pointers of all lists, then all text.
class Writer {
 public:
  Writer(char* pointers, char* text) : pointers_(reinterpret_cast<const char**>(pointers)), text_(text) {}

  const char* const* write(const std::vector<std::string>& list) {
    const char** const begin = pointers_;
    for (const std::string& each : list) {
      std::memcpy(text_, each.c_str(), each.size() + 1);
      *pointers_++ = text_;
      text_ += each.size() + 1;
    }
    *pointers_++ = nullptr;
    return begin;
  }

 private:
  const char** pointers_;
  char* text_;
};

std::size_t pointers_size(const std::vector<std::string>& candidates, const std::vector<std::string>& argv,
                          const std::vector<std::string>& environment) {
  return (candidates.size() + argv.size() + environment.size() + 3) * sizeof(const char*);
}

}  // namespace

std::size_t command_size(const std::vector<std::string>& candidates, const std::vector<std::string>& argv,
                         const std::vector<std::string>& environment) {
  return pointers_size(candidates, argv, environment) + text_size(candidates) + text_size(argv) +
         text_size(environment);
}

std::optional<Command> write_command(std::span<char> room, const std::vector<std::string>& candidates,
                                     const std::vector<std::string>& argv,
                                     const std::vector<std::string>& environment) {
  if (command_size(candidates, argv, environment) > room.size()) return std::nullopt;
  Writer writer(room.data(), room.data() + pointers_size(candidates, argv, environment));
  Command command;
  command.candidates = writer.write(candidates);
  command.argv = writer.write(argv);
  command.envp = writer.write(environment);
  return command;
}

}  // namespace hermetric
