// The program under watch: hashes words one after another and counts them. What it costs is decided by two numbers
// alone, so a commit that changes one of them is a known regression.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

constexpr std::uint64_t kWords = 14'000'000;        // time grows with it
constexpr std::size_t kTableBytes = 6'000 * 1'024;  // memory grows with it
constexpr const char* kVersion = "1";

static std::uint64_t hash_of(std::uint64_t word) {
  word ^= word >> 33;
  word *= 0xff51afd7ed558ccdU;
  word ^= word >> 33;
  word *= 0xc4ceb9fe1a85ec53U;
  return word ^ (word >> 33);
}

int main() {
  auto* table = static_cast<char*>(std::malloc(kTableBytes));
  if (table == nullptr) return 1;
  std::memset(table, 1, kTableBytes);
  unsigned counts[256] = {};
  std::uint64_t word = 1;
  for (std::uint64_t i = 0; i < kWords; ++i) {
    word = hash_of(word + i);  // each needs the one before: a chain of arithmetic, without a miss of the cache
    ++counts[word % 256];
  }
  std::printf("version %s: %u words like the last, %d\n", kVersion, counts[word % 256], table[word % kTableBytes]);
  std::free(table);
}
