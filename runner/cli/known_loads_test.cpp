/// Programs that cost a known amount of one thing, through the real executable: what a report says must be that amount.
/// Prints the table of isolation/README.md.

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <sstream>

#include "runner/cli/testing/cli.hpp"

namespace hermetric {
namespace {

class KnownLoads : public testing::Cli {
 protected:
  static void SetUpTestSuite() {
    std::cout << "| load | known | reported | error | GNU time | perf stat |\n|---|---|---|---|---|---|\n";
  }

  /// The report's job of `known_load WORDS...`.
  json run(const std::vector<std::string>& words, std::vector<std::string> options = {}) {
    std::vector<std::string> command = {HERMETRIC_KNOWN_LOAD};
    command.insert(command.end(), words.begin(), words.end());
    options.insert(options.end(), {"--ro", HERMETRIC_KNOWN_LOAD});
    const json job = exec_report(options, command, 0);
    expect_identities(job["resources"]);
    return job;
  }

  static void expect_identities(const json& resources) {
    const json& cpu = resources["cpu"];
    if (!cpu["usage_usec"].is_null()) {
      EXPECT_LE(
          std::abs(cpu["user_usec"].get<double>() + cpu["system_usec"].get<double>() - cpu["usage_usec"].get<double>()),
          2.0)
          << cpu;
    }
    const json& memory = resources["memory"];
    if (!memory["anon_peak_bytes"].is_null() && !memory["peak_bytes"].is_null()) {
      EXPECT_LE(memory["anon_peak_bytes"], memory["peak_bytes"]) << memory;
    }
  }

  /// What time(1) says of the same load without a cell, by `format` (%U %S %M).
  std::vector<double> gnu_time(const std::vector<std::string>& words, const std::string& format) {
    std::string call = "/usr/bin/time -o " + path("time").string() + " -f '" + format + "' " + HERMETRIC_KNOWN_LOAD;
    for (const std::string& word : words) call += " " + word;
    EXPECT_EQ(std::system((call + " > " + path("out").string()).c_str()), 0) << call;
    std::istringstream figures(testing::content_of(path("time")));
    return {std::istream_iterator<double>(figures), std::istream_iterator<double>()};
  }
  std::string gnu_cpu(const std::vector<std::string>& words) {
    const std::vector<double> seconds = gnu_time(words, "%U %S");
    return fmt::format("{:.0f} ms", 1e3 * (seconds.at(0) + seconds.at(1)));
  }
  /// What perf(1) says of it; "-" where there is none.
  std::string perf_cpu(const std::vector<std::string>& words) {
    std::string call = "perf stat -x, -e task-clock -o " + path("perf").string() + " " + HERMETRIC_KNOWN_LOAD;
    for (const std::string& word : words) call += " " + word;
    if (std::system((call + " > " + path("out").string() + " 2>&1").c_str()) != 0) return "-";
    std::istringstream lines(testing::content_of(path("perf")));
    for (std::string line; std::getline(lines, line);)
      if (line.find(",task-clock") != std::string::npos) return fmt::format("{:.0f} ms", std::stod(line));
    return "-";
  }
  std::string gnu_memory(const std::vector<std::string>& words) {
    return fmt::format("{:.4g} MiB", gnu_time(words, "%M").at(0) / 1024);
  }

  /// A row of the table; fails if `reported` is further from `known` than `tolerance` (0.01 = 1 %).
  static void row(const std::string& load, double known, double reported, double tolerance, const char* unit,
                  const std::string& gnu = "-", const std::string& perf = "-") {
    const double error = reported / known - 1;
    std::cout << fmt::format("| {} | {:.4g} {} | {:.4g} {} | {:+.2f} % | {} | {} |\n", load, known, unit, reported,
                             unit, 100 * error, gnu, perf);
    if (!testing::is_emulated()) {
      EXPECT_LE(std::abs(error), tolerance) << load << ": known " << known << ", reported " << reported;
    }
  }

  static double usec(const json& job) { return job["resources"]["cpu"]["usage_usec"].get<double>(); }
  static double peak(const json& job) { return job["resources"]["memory"]["peak_bytes"].get<double>(); }
};

constexpr double kMebibyte = 1 << 20;

TEST_F(KnownLoads, CpuOfOneBurner) {
  row("CPU, one burner", 2000, usec(run({"burn", "2000"})) / 1e3, 0.01, "ms", gnu_cpu({"burn", "2000"}),
      perf_cpu({"burn", "2000"}));
}

TEST_F(KnownLoads, CpuOfAnOrphanNobodyWaitsFor) {
  row("CPU, double-forked and setsid, its parents gone", 500, usec(run({"orphan", "500"})) / 1e3, 0.02, "ms",
      gnu_cpu({"orphan", "500"}), perf_cpu({"orphan", "500"}));
}

TEST_F(KnownLoads, CpuOfManyShortChildren) {
  const std::string children = testing::is_emulated() ? "200" : "2000";
  const double reported = usec(run({"children", children}, {"--stdout", path("known")})) / 1e3;
  row("CPU, " + children + " children of 2 ms, half of them never waited for",
      std::stod(testing::content_of(path("known"))), reported, 0.05, "ms", gnu_cpu({"children", children}),
      perf_cpu({"children", children}));
}

TEST_F(KnownLoads, AnonymousMemory) {
  const json job = run({"anon", "64"});
  row("memory, 64 MiB touched", 64, peak(job) / kMebibyte, 0.02, "MiB", gnu_memory({"anon", "64"}));
}

TEST_F(KnownLoads, SharedMemoryCountsOnce) {
  row("memory, 64 MiB shared by 8 processes", 64, peak(run({"shared", "64"})) / kMebibyte, 0.06, "MiB",
      gnu_memory({"shared", "64"}));
}

TEST_F(KnownLoads, FileCacheIsNoAnonymousMemory) {
  ASSERT_EQ(std::system(("head -c 64M /dev/zero > " + (work() / "cold").string() + " && sync").c_str()), 0);
  const json job = exec_report({"--ro", HERMETRIC_KNOWN_LOAD, "--sample", "5ms"},
                               {"sh", "-c", std::string(HERMETRIC_KNOWN_LOAD) + " read-cold 64 cold; sleep 0.1"}, 0);
  const json& memory = job["resources"]["memory"];
  row("memory, 64 MiB read cold: file", 64, memory["file_peak_bytes"].get<double>() / kMebibyte, 0.05, "MiB");
  EXPECT_LT(memory["anon_peak_bytes"], 8 * kMebibyte) << memory;
  row("IO, 64 MiB read cold", 64, job["resources"]["io"]["read_bytes"].get<double>() / kMebibyte, 0.05, "MiB");
}

TEST_F(KnownLoads, FilesOnATmpfsAreMemory) {
  const json job = run({"write", "64", "/fast/load"}, {"--tmpfs", "/fast:128M", "--sample", "5ms"});
  row("memory, 64 MiB on a tmpfs", 64, peak(job) / kMebibyte, 0.05, "MiB");
}

TEST_F(KnownLoads, DirectIo) {
  const json job = run({"write-direct", "64"}, {"--disk", "256M"});
  row("IO, 64 MiB written with O_DIRECT", 64, job["resources"]["io"]["write_bytes"].get<double>() / kMebibyte, 0.01,
      "MiB");
  ASSERT_EQ(std::system(("head -c 64M /dev/zero > " + (work() / "load").string() + " && sync").c_str()), 0);
  const json reader = run({"read-direct", "64"});
  row("IO, 64 MiB read with O_DIRECT", 64, reader["resources"]["io"]["read_bytes"].get<double>() / kMebibyte, 0.01,
      "MiB");
}

TEST_F(KnownLoads, BufferedWritesAreTaskAndLogicalIo) {
  const json io = run({"write", "64"})["resources"]["io"];
  row("IO, 64 MiB written buffered: task", 64, io["task_write_bytes"].get<double>() / kMebibyte, 0.01, "MiB");
  row("IO, 64 MiB written buffered: logical", 64, io["logical_write_bytes"].get<double>() / kMebibyte, 0.01, "MiB");
}

TEST_F(KnownLoads, BytesOnTheLoopbackInterface) {
  const json network = run({"network", "32"})["resources"]["network"];
  row("network, 32 MiB through loopback", 32, network["rx_bytes"].get<double>() / kMebibyte, 0.001, "MiB");
  EXPECT_EQ(network["rx_bytes"], network["tx_bytes"]) << network;
}

TEST_F(KnownLoads, PidsAreExact) {
  row("pids, a process and 12 children", 13, run({"tree", "12"})["resources"]["pids"]["peak"].get<double>(), 0, "");
}

TEST_F(KnownLoads, PressureOfTwoBurnersOnOneCpu) {
  const json job = run({"side-by-side", "2"}, {"--cpus", "1"});
  const json& pressure = job["resources"]["pressure"]["cpu"]["some_usec"];
  if (pressure.is_null()) GTEST_SKIP() << job["unavailable"]["resources.pressure.cpu.some_usec"];
  EXPECT_GT(pressure, 0) << job["resources"]["pressure"];
}

}  // namespace
}  // namespace hermetric
