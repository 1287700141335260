#include <unistd.h>

#include <filesystem>
#include <thread>

#include "isolation/sys/files.hpp"
#include "reports/store/history_store.hpp"
#include "reports/store/sqlite.hpp"

namespace hermetric {
namespace {

/// "hmtr": tells our files from other SQLite files.
constexpr std::int64_t kApplicationId = 0x686d7472;

/// Step i takes a file of version i to i + 1.
constexpr const char* kMigrations[] = {
    "CREATE TABLE run (id INTEGER PRIMARY KEY, project TEXT NOT NULL, commit_id TEXT NOT NULL, branch TEXT NOT NULL,"
    "  parent TEXT NOT NULL, time INTEGER NOT NULL, report_id TEXT NOT NULL, UNIQUE (project, report_id, commit_id));"
    "CREATE TABLE series (id INTEGER PRIMARY KEY, project TEXT NOT NULL, job TEXT NOT NULL, metric TEXT NOT NULL,"
    "  machine TEXT NOT NULL, UNIQUE (project, job, metric, machine));"
    "CREATE TABLE point (series INTEGER NOT NULL REFERENCES series, run INTEGER NOT NULL REFERENCES run,"
    "  number INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (series, run, number)) WITHOUT ROWID;"
    "CREATE INDEX point_run ON point (run);"
    "PRAGMA application_id = 1752003698;",
    "ALTER TABLE series ADD COLUMN unit TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE series ADD COLUMN bigger_is_better INTEGER NOT NULL DEFAULT 0;",
    "CREATE TABLE inputs (run INTEGER NOT NULL REFERENCES run, job TEXT NOT NULL, digest TEXT NOT NULL,"
    "  PRIMARY KEY (run, job)) WITHOUT ROWID;",
};
static_assert(kApplicationId == 1752003698);
constexpr std::int64_t kVersion = std::size(kMigrations);

/// Another process that makes the same new file holds it for moments, and this pragma does not wait by itself.
Status use_write_ahead_log(Database& database) {
  for (int attempt = 0;; ++attempt) {
    auto status = database.execute("PRAGMA journal_mode = WAL");
    if (status || attempt == 200) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Status migrate(Database& database) {
  TRY_ASSIGN(const std::int64_t before, database.integer("PRAGMA user_version"));
  if (before == kVersion) return {};
  TRY_ASSIGN(Transaction transaction, Transaction::begin(database));
  TRY_ASSIGN(const std::int64_t version, database.integer("PRAGMA user_version"));
  for (std::int64_t step = version; step < kVersion; ++step) TRY(database.execute(kMigrations[step]));
  TRY(database.execute("PRAGMA user_version = " + std::to_string(kVersion)));
  return transaction.commit();
}

/// A file without tables is new; any other must be ours, of a version we know, and whole.
Status check(Database& database) {
  TRY_ASSIGN(const std::int64_t tables, database.integer("SELECT count(*) FROM sqlite_master"));
  TRY_ASSIGN(const std::int64_t application, database.integer("PRAGMA application_id"));
  if (tables > 0 && application != kApplicationId)
    return std::unexpected(Error("a SQLite file, but no history of hermetric"));
  TRY_ASSIGN(const std::int64_t version, database.integer("PRAGMA user_version"));
  if (version > kVersion)
    return std::unexpected(Error("written by a newer hermetric (version " + std::to_string(version) +
                                 " of the file, this one knows " + std::to_string(kVersion) + ")"));
  TRY_ASSIGN(Statement statement, database.prepare("PRAGMA quick_check(1)"));
  TRY(statement.step());
  if (statement.text(0) != "ok") return std::unexpected(Error("damaged: " + statement.text(0)));
  return {};
}

Result<Database> open_checked(const std::string& path) {
  TRY_ASSIGN(Database database, Database::open(path));
  TRY(check(database));
  TRY(use_write_ahead_log(database));
  // FULL: a report that add() has returned from survives a power failure.
  TRY(database.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"));
  TRY(migrate(database));
  return database;
}

class SqliteHistory : public HistoryStore {
 public:
  explicit SqliteHistory(Database database) : database_(std::move(database)) {}

  Result<std::size_t> add(const std::vector<HistoryRun>& runs) override {
    TRY_ASSIGN(Transaction transaction, Transaction::begin(database_));
    std::size_t added = 0;
    for (const HistoryRun& run : runs) {
      TRY_ASSIGN(const bool is_new, add_run(run));
      if (is_new) ++added;
    }
    TRY(transaction.commit());
    return added;
  }

  Result<std::vector<SeriesInfo>> list(const SeriesFilter& filter) override {
    TRY_ASSIGN(Statement statement,
               database_.prepare("SELECT s.id, s.project, s.job, s.metric, s.machine, count(*),"
                                 " (SELECT r.commit_id FROM point p JOIN run r ON r.id = p.run WHERE p.series = s.id"
                                 "  ORDER BY r.time DESC, r.id DESC LIMIT 1), s.unit, s.bigger_is_better"
                                 " FROM series s JOIN point p ON p.series = s.id"
                                 " WHERE (?1 = '' OR s.project = ?1) AND (?2 = '' OR s.job = ?2)"
                                 " AND substr(s.metric, 1, length(?3)) = ?3"
                                 " GROUP BY s.id ORDER BY s.project, s.job, s.id"));
    statement.bind(filter.project).bind(filter.job).bind(filter.metric);
    std::vector<SeriesInfo> found;
    while (true) {
      TRY_ASSIGN(const bool more, statement.step());
      if (!more) return found;
      found.push_back({statement.integer(0),
                       {statement.text(1), statement.text(2), statement.text(3), statement.text(4)},
                       statement.integer(5),
                       statement.text(6),
                       statement.text(7),
                       statement.integer(8) != 0});
    }
  }

  Result<std::vector<HistoryPoint>> points(std::int64_t series) override {
    TRY_ASSIGN(Statement statement,
               database_.prepare("SELECT r.commit_id, r.branch, r.parent, r.time, p.value, i.digest FROM point p"
                                 " JOIN run r ON r.id = p.run JOIN series s ON s.id = p.series"
                                 " LEFT JOIN inputs i ON i.run = p.run AND i.job = s.job"
                                 " WHERE p.series = ? ORDER BY r.time, r.id, p.number"));
    statement.bind(series);
    std::vector<HistoryPoint> found;
    while (true) {
      TRY_ASSIGN(const bool more, statement.step());
      if (!more) return found;
      found.push_back({statement.text(0), statement.text(1), statement.text(2), statement.integer(3), statement.real(4),
                       statement.text(5)});
    }
  }

  Result<std::size_t> prune(const PruneRule& rule) override {
    TRY_ASSIGN(Transaction transaction, Transaction::begin(database_));
    TRY(database_.execute("CREATE TEMP TABLE IF NOT EXISTS doomed (id INTEGER PRIMARY KEY); DELETE FROM doomed"));
    if (rule.keep > 0)
      TRY(mark(
          "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY project ORDER BY time DESC, id DESC) AS place"
          " FROM run) WHERE place > ?",
          rule.keep));
    if (rule.before != 0) TRY(mark("SELECT id FROM run WHERE time < ?", rule.before));
    TRY_ASSIGN(const std::int64_t count, database_.integer("SELECT count(*) FROM doomed"));
    TRY(
        database_.execute("DELETE FROM point WHERE run IN (SELECT id FROM doomed);"
                          "DELETE FROM inputs WHERE run IN (SELECT id FROM doomed);"
                          "DELETE FROM run WHERE id IN (SELECT id FROM doomed);"
                          "DELETE FROM series WHERE id NOT IN (SELECT series FROM point)"));
    TRY(transaction.commit());
    return static_cast<std::size_t>(count);
  }

 private:
  Status mark(const std::string& select, std::int64_t value) {
    TRY_ASSIGN(Statement statement, database_.prepare("INSERT OR IGNORE INTO doomed " + select));
    return statement.bind(value).run();
  }

  Result<bool> add_run(const HistoryRun& run) {
    TRY_ASSIGN(Statement insert,
               database_.prepare("INSERT OR IGNORE INTO run (project, commit_id, branch, parent, time,"
                                 " report_id) VALUES (?, ?, ?, ?, ?, ?)"));
    TRY(insert.bind(run.project)
            .bind(run.commit)
            .bind(run.branch)
            .bind(run.parent)
            .bind(run.time)
            .bind(run.report_id)
            .run());
    if (database_.changes() == 0) return false;
    const std::int64_t id = database_.last_row();
    TRY_ASSIGN(Statement point,
               database_.prepare("INSERT INTO point (series, run, number, value) SELECT ?1, ?2, count(*), ?3 FROM point"
                                 " WHERE series = ?1 AND run = ?2"));
    for (const HistoryRun::Figure& figure : run.figures) {
      TRY_ASSIGN(const std::int64_t series, series_of(run.project, figure));
      TRY(point.bind(series).bind(id).bind(figure.value).run());
    }
    TRY_ASSIGN(Statement inputs, database_.prepare("INSERT INTO inputs (run, job, digest) VALUES (?, ?, ?)"));
    for (const auto& [job, digest] : run.inputs) TRY(inputs.bind(id).bind(job).bind(digest).run());
    return true;
  }

  Result<std::int64_t> series_of(const std::string& project, const HistoryRun::Figure& figure) {
    TRY_ASSIGN(Statement insert,
               database_.prepare("INSERT OR IGNORE INTO series (project, job, metric, machine, unit, bigger_is_better)"
                                 " VALUES (?, ?, ?, ?, ?, ?)"));
    TRY(insert.bind(project)
            .bind(figure.job)
            .bind(figure.metric)
            .bind(figure.machine)
            .bind(figure.unit)
            .bind(std::int64_t{figure.bigger_is_better})
            .run());
    TRY_ASSIGN(Statement select, database_.prepare("SELECT id FROM series WHERE project = ? AND job = ? AND metric = ?"
                                                   " AND machine = ?"));
    select.bind(project).bind(figure.job).bind(figure.metric).bind(figure.machine);
    TRY(select.step());
    return select.integer(0);
  }

  Database database_;
};

}  // namespace

Result<std::unique_ptr<HistoryStore>> open_history(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (!directory.empty()) TRY(make_directories(directory));
  auto database = open_checked(path);
  if (!database) return std::unexpected(std::move(database).error().in(path));
  return std::make_unique<SqliteHistory>(std::move(*database));
}

}  // namespace hermetric
