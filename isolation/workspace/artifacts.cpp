#include "isolation/workspace/artifacts.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>

#include "isolation/sys/files.hpp"
#include "isolation/sys/glob.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBlock = 256 << 10;
constexpr mode_t kKeptMode = 01777;  ///< no set-id bits: the copy is the caller's

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(const char* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  std::string finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
      text.push_back(kDigits[digest[i] >> 4]);
      text.push_back(kDigits[digest[i] & 15]);
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* context) { EVP_MD_CTX_free(context); })> context_{
      EVP_MD_CTX_new()};
};

/// Copies the rest of `from` to `to`; returns the digest.
Result<std::string> copy_content(const Fd& from, const Fd& to, const std::string& path) {
  Sha256 digest;
  std::vector<char> block(kCopyBlock);
  for (;;) {
    const ssize_t count = ::read(from.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(Error::system("read", path, errno));
    if (count == 0) return digest.finish();
    digest.add(block.data(), static_cast<std::size_t>(count));
    for (ssize_t done = 0; done < count;) {
      const ssize_t written = ::write(to.get(), block.data() + done, static_cast<std::size_t>(count - done));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return std::unexpected(Error::system("write", path, errno));
      done += written;
    }
  }
}

/// True if a symlink at `path` pointing to `target` ends below the workspace, judged by its text alone.
bool stays_inside(const std::string& workspace, const std::string& path, const std::string& target) {
  const fs::path root(workspace);
  const fs::path end =
      (target.starts_with("/") ? fs::path(target) : (root / path).parent_path() / target).lexically_normal();
  const fs::path relative = end.lexically_relative(root);
  return !relative.empty() && *relative.begin() != "..";
}

class Collector {
 public:
  Collector(std::string workspace, const std::vector<std::string>& patterns, std::string destination)
      : workspace_(std::move(workspace)), destination_(std::move(destination)) {
    for (const std::string& pattern : patterns) patterns_.push_back({pattern, path_components(pattern), false});
  }

  Status take(const Change& change) {
    if (change.kind == Change::Kind::kDeleted || !selected(change.path)) return {};
    if (S_ISREG(change.status.st_mode)) return take_file(change);
    if (S_ISLNK(change.status.st_mode)) return take_link(change);
    if (S_ISDIR(change.status.st_mode)) return take_directory(change);
    result_.warnings.push_back("artifact " + change.path + " is no file, directory or symlink: left out");
    return {};
  }

  Result<Collection> finish() && {
    for (const auto& [path, status] : directories_) {
      TRY(sys::fchmodat(AT_FDCWD, path, status.st_mode & kKeptMode));
      const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
      ::utimensat(AT_FDCWD, path.c_str(), times.data(), 0);
    }
    for (const Pattern& pattern : patterns_)
      if (!pattern.matched)
        result_.warnings.push_back("artifact pattern \"" + pattern.text + "\" matches nothing the job made or changed");
    return std::move(result_);
  }

 private:
  struct Pattern {
    std::string text;
    PathComponents components;
    bool matched;
  };

  bool selected(const std::string& path) {
    const PathComponents components = path_components(path);
    bool any = false;
    for (Pattern& pattern : patterns_) {
      if (!glob_matches(pattern.components, components)) continue;
      pattern.matched = any = true;
    }
    return any;
  }

  Result<std::string> place(const std::string& path) const {
    std::string target = destination_ + "/" + path;
    TRY(make_directories(fs::path(target).parent_path().string()));
    return target;
  }

  Status take_file(const Change& change) {
    TRY_ASSIGN(const std::string target, place(change.path));
    TRY_ASSIGN(const Fd from, sys::openat(change.dir, change.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    TRY_ASSIGN(const Fd to, sys::open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    TRY_ASSIGN(std::string digest, copy_content(from, to, change.path));
    const std::array<timespec, 2> times{change.status.st_atim, change.status.st_mtim};
    if (::fchmod(to.get(), change.status.st_mode & kKeptMode) != 0 || ::futimens(to.get(), times.data()) != 0)
      return std::unexpected(Error::system("fchmod", target, errno));
    result_.files.push_back({change.path, Bytes{static_cast<std::uint64_t>(change.status.st_size)}, std::move(digest)});
    return {};
  }

  Status take_link(const Change& change) {
    TRY_ASSIGN(const std::string link, sys::readlinkat(change.dir, change.name));
    if (!stays_inside(workspace_, change.path, link)) {
      result_.warnings.push_back("artifact " + change.path + " is a symlink that leaves the workspace: left out");
      return {};
    }
    TRY_ASSIGN(const std::string target, place(change.path));
    return sys::symlinkat(link, AT_FDCWD, target);
  }

  Status take_directory(const Change& change) {
    const std::string target = destination_ + "/" + change.path;
    TRY(make_directories(target));
    directories_.emplace_back(target, change.status);
    return {};
  }

  std::string workspace_, destination_;
  std::vector<Pattern> patterns_;
  std::vector<std::pair<std::string, struct stat>> directories_;
  Collection result_;
};

}  // namespace

Result<Collection> collect_artifacts(const OverlayLayers& layers, const std::string& workspace,
                                     const std::vector<std::string>& patterns, const std::string& destination) {
  if (patterns.empty()) return Collection{};
  Collector collector(workspace, patterns, destination);
  TRY(visit_changes(layers, [&](const Change& change) { return collector.take(change); }));
  return std::move(collector).finish();
}

}  // namespace hermetric
