#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "isolation/sys/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace hermetric {

/// A prepared statement. Parameters are bound in order, from the first; text is copied.
class Statement {
 public:
  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t value);
  Statement& bind(double value);

  /// True: there is a row; false: done.
  Result<bool> step();
  /// Runs it to its end, and makes it ready to be bound anew.
  Status run();

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_ = 1;
};

/// One connection. A lock that another process holds is waited for up to 30 s. Errors carry SQLite's message.
class Database {
 public:
  /// Opens `path` and makes it when it is missing.
  static Result<Database> open(const std::string& path);

  /// Statements without results, separated by semicolons.
  Status execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// The integer in the first row and column.
  Result<std::int64_t> integer(std::string_view sql);
  [[nodiscard]] std::int64_t last_row() const;
  [[nodiscard]] std::int64_t changes() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3, Close> handle_;
};

/// BEGIN IMMEDIATE ... COMMIT; undone where commit() is not reached.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace hermetric
