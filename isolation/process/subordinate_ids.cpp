#include "isolation/process/subordinate_ids.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

/// As many as a job of root's has: with its own id 64 Ki.
constexpr std::uint32_t kMostLent = 65'535;

/// "name:12:3" -> the three fields; empty ones for what is missing.
std::array<std::string_view, 3> fields_of(std::string_view line) {
  std::array<std::string_view, 3> fields;
  for (std::string_view& field : fields) {
    const std::size_t end = std::min(line.find(':'), line.size());
    field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return fields;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Calls `use` with each line of `text`.
template <typename Use>
void for_each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    use(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Not by PATH, which is the caller's: these are the host's own or none. Empty: not there.
std::string system_program(const std::string& name) {
  for (const char* directory : {"/usr/bin/", "/bin/", "/usr/sbin/", "/usr/local/bin/"})
    if (::access((directory + name).c_str(), X_OK) == 0) return directory + name;
  return "";
}

/// Of a child; -1 if a signal ended it.
int exit_code_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The words of one call of newuidmap or newgidmap: 0 becomes `own_id`, and 1 and more the range.
class MapCall {
 public:
  MapCall(std::string program, unsigned own_id, std::uint32_t first, std::uint32_t count)
      : words_{std::move(program),    std::to_string(::getpid()), "0", std::to_string(own_id), "1", "1",
               std::to_string(first), std::to_string(count)} {
    std::ranges::transform(words_, argv_.begin(), [](std::string& word) { return word.data(); });
  }
  MapCall(const MapCall&) = delete;
  MapCall& operator=(const MapCall&) = delete;

  /// Why it refuses is for its admin's eyes.
  [[nodiscard]] bool succeeds() const {
    const pid_t pid = ::fork();
    if (pid == 0) {
      const int null = ::open("/dev/null", O_RDWR);
      for (const int fd : {0, 1, 2})
        if (null < 0 || ::dup2(null, fd) < 0) ::_exit(1);
      char* const environment[] = {nullptr};  // NOLINT(modernize-avoid-c-arrays): execve's
      ::execve(argv_[0], argv_.data(), environment);
      ::_exit(1);
    }
    return pid > 0 && exit_code_of(pid) == 0;
  }

 private:
  std::array<std::string, 8> words_;
  std::array<char*, 9> argv_{};  ///< the last is null
};

constexpr int kMapped = 0, kNothingMapped = 1;

}  // namespace

std::optional<SubordinateRange> subordinate_range(std::string_view text, std::string_view name, std::uint32_t uid) {
  std::optional<SubordinateRange> best;
  for_each_line(text, [&](std::string_view line) {
    const auto [owner, first, count] = fields_of(line);
    if (owner.empty() || (owner != name && number(owner) != uid)) return;
    const auto start = number(first), size = number(count);
    if (!start || !size || *size == 0) return;
    if (!best || *size > best->count) best = {*start, *size};
  });
  return best;
}

std::string login_name(std::string_view passwd, std::uint32_t uid) {
  std::string name;
  for_each_line(passwd, [&](std::string_view line) {
    const auto [login, password, id] = fields_of(line);
    if (name.empty() && number(id) == uid) name = login;
  });
  return name;
}

std::optional<IdMapper> IdMapper::start(uid_t user, gid_t group) {
  const std::string name = login_name(read_file("/etc/passwd").value_or(""), user);
  const auto users = subordinate_range(read_file("/etc/subuid").value_or(""), name, user);
  const auto groups = subordinate_range(read_file("/etc/subgid").value_or(""), name, user);
  std::string maps_users = system_program("newuidmap"), maps_groups = system_program("newgidmap");
  auto pipe = sys::pipe2(O_CLOEXEC);
  if (!users || !groups || maps_users.empty() || maps_groups.empty() || !pipe) return std::nullopt;
  const std::uint32_t count = std::min({users->count, groups->count, kMostLent});
  const MapCall map_users(std::move(maps_users), user, users->first, count);
  const MapCall map_groups(std::move(maps_groups), group, groups->first, count);
  const pid_t pid = ::fork();
  if (pid < 0) return std::nullopt;
  if (pid == 0) {
    pipe->write_end.close();
    char told = 0;
    if (::read(pipe->read_end.get(), &told, 1) != 1 || !map_users.succeeds()) ::_exit(kNothingMapped);
    ::_exit(map_groups.succeeds() ? kMapped : kNothingMapped + 1);
  }
  return IdMapper(pid, std::move(pipe->write_end), count);
}

int IdMapper::end() {
  tell_.close();
  return exit_code_of(std::exchange(pid_, -1));
}

Result<std::optional<std::uint32_t>> IdMapper::map() {
  const bool told = ::write(tell_.get(), "g", 1) == 1;
  const int code = end();
  if (!told || code == kNothingMapped) return std::nullopt;
  if (code == kMapped) return count_ + 1;
  return std::unexpected(Error("newgidmap refused what newuidmap allowed")
                             .remedy("give the user as many ids in /etc/subgid as in /etc/subuid"));
}

IdMapper::~IdMapper() {
  if (pid_ > 0) (void)end();
}

}  // namespace hermetric
