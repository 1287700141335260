#include "bench/bare_loop.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bench/bare_cell.h"

enum { FIRST_FREE_FD = 10, JOB_CLOCK_SECONDS = 86400 };

static _Alignas(16) char init_stack[STACK_SIZE];

static const char* make_upper(const struct cell* cell, const char* upper, const char* work) {
  TRY(mkdirat(cell->scratch_fd, upper, 0700));
  TRY(fchownat(cell->scratch_fd, upper, cell->host->first_id, cell->host->first_id, 0));
  TRY(fchmodat(cell->scratch_fd, upper, 0755, 0));
  TRY(mkdirat(cell->scratch_fd, work, 0700));
  return NULL;
}

static const char* make_scratch(struct cell* cell) {
  int attempt = 0;
  do /* another cell may make it, or rename it */
    if (mkdir(cell->host->shelf, 0700) != 0 && errno != EEXIST) return "mkdir(cell->host->shelf, 0700)";
  while (renameat2(AT_FDCWD, cell->host->shelf, AT_FDCWD, cell->scratch, RENAME_NOREPLACE) != 0 && ++attempt < 100);
  TRY(cell->scratch_fd = open(cell->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const char* failed = make_upper(cell, "upper0", "work0");
  if (failed == NULL) failed = make_upper(cell, "upper1", "work1");
  mark(cell, BARE_SCRATCH);
  return failed;
}

static const char* make_groups(struct cell* cell) {
  const struct bare_host* host = cell->host;
  for (int i = 0; i < BARE_GROUPS; ++i) {
    TRY(mkdirat(cell->bases[i], cell->name, 0755));
    TRY(cell->groups[i] = openat(cell->bases[i], cell->name, O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (i != BARE_LEAF) TRY(cell->tasks[i] = openat(cell->groups[i], "tasks", O_WRONLY | O_CLOEXEC));
  }
  char rule[64];
  snprintf(rule, sizeof rule, "%s 0", host->disk);
  TRY(write_and_read_back(cell->groups[BARE_PIDS], "pids.max", host->pids));
  if (host->disk != NULL) TRY(write_text(cell->groups[BARE_BLKIO], "blkio.throttle.read_bps_device", rule));
  TRY(write_and_read_back(cell->groups[BARE_MEMORY], "memory.limit_in_bytes", host->memory));
  TRY(write_and_read_back(cell->groups[BARE_MEMORY], "memory.memsw.limit_in_bytes", host->memory));
  mark(cell, BARE_CGROUP);
  return NULL;
}

static void hold(struct cell* cell) {
  (void)cell;
  for (;;) pause();
}

static const char* make_user_namespace(struct cell* cell) {
  int pidfd = -1;
  struct clone_args args = {.flags = CLONE_VM | CLONE_PIDFD | CLONE_NEWUSER,
                            .pidfd = (uint64_t)(uintptr_t)&pidfd,
                            .stack = (uint64_t)(uintptr_t)init_stack,
                            .stack_size = STACK_SIZE};
  const long holder = clone_child(&args, hold, cell);
  TRY(holder);
  char path[32], map[32];
  snprintf(path, sizeof path, "/proc/%ld", holder);
  snprintf(map, sizeof map, "0 %u 65536", cell->host->first_id);
  const int proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  TRY(proc);
  TRY(write_text(proc, "uid_map", map));
  TRY(write_text(proc, "gid_map", map));
  TRY(cell->user_namespace = openat(proc, "ns/user", O_RDONLY | O_CLOEXEC));
  close(proc);
  TRY(syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0));
  TRY(waitid(P_PIDFD, (id_t)pidfd, &(siginfo_t){0}, WEXITED | __WALL));
  close(pidfd);
  mark(cell, BARE_USER_NAMESPACE);
  return NULL;
}

static const char* run_init(struct cell* cell) {
  int pidfd = -1;
  struct clone_args args = {
      .flags = CLONE_VM | CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET,
      .pidfd = (uint64_t)(uintptr_t)&pidfd,
      .stack = (uint64_t)(uintptr_t)init_stack,
      .stack_size = STACK_SIZE};
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  const long init = clone_child(&args, bare_init, cell);
  sigprocmask(SIG_SETMASK, &before, NULL);
  for (int i = 0; i < 3; ++i) close(cell->streams[i]);
  TRY(init);
  TRY(poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, -1));
  TRY(waitid(P_PIDFD, (id_t)pidfd, &(siginfo_t){0}, WEXITED | __WALL));
  close(pidfd);
  mark(cell, BARE_DRAIN);
  return cell->failed;
}

static const char* read_usage(struct cell* cell) {
  static const struct {
    enum bare_group group;
    const char* file;
  } files[] = {{BARE_LEAF, "cpu.stat"},
               {BARE_LEAF, "cpu.pressure"},
               {BARE_LEAF, "memory.pressure"},
               {BARE_LEAF, "io.pressure"},
               {BARE_PIDS, "pids.peak"},
               {BARE_BLKIO, "blkio.throttle.io_service_bytes"},
               {BARE_BLKIO, "blkio.throttle.io_serviced"},
               {BARE_MEMORY, "memory.max_usage_in_bytes"},
               {BARE_MEMORY, "memory.oom_control"}};
  char text[4096];
  for (size_t i = 0; i < sizeof files / sizeof *files; ++i)
    TRY(read_text(cell->groups[files[i].group], files[i].file, text, sizeof text));
  mark(cell, BARE_USAGE);
  return NULL;
}

static const char* remove_groups(struct cell* cell) {
  for (int i = BARE_GROUPS - 1; i >= 0; --i) {
    TRY(unlinkat(cell->bases[i], cell->name, AT_REMOVEDIR));
    close(cell->groups[i]);
    if (i != BARE_LEAF) close(cell->tasks[i]);
  }
  mark(cell, BARE_CGROUP_REMOVAL);
  return NULL;
}

/* Overlay leaves WORK/work/incompat/volatile/dirty behind for a volatile mount. */
static const char* remove_upper(const struct cell* cell, const char* upper, const char* work) {
  static const char* const below[] = {"/work/incompat/volatile/dirty", "/work/incompat/volatile", "/work/incompat",
                                      "/work", ""};
  TRY(unlinkat(cell->scratch_fd, upper, AT_REMOVEDIR));
  for (size_t i = 0; i < sizeof below / sizeof *below; ++i) {
    char path[64];
    snprintf(path, sizeof path, "%s%s", work, below[i]);
    TRY(unlinkat(cell->scratch_fd, path, i == 0 ? 0 : AT_REMOVEDIR));
  }
  return NULL;
}

static const char* remove_scratch(struct cell* cell) {
  const char* failed = remove_upper(cell, "upper0", "work0");
  if (failed == NULL) failed = remove_upper(cell, "upper1", "work1");
  if (failed != NULL) return failed;
  close(cell->scratch_fd);
  TRY(rmdir(cell->scratch));
  mark(cell, BARE_SCRATCH_REMOVAL);
  return NULL;
}

static const char* open_host(struct cell* cell) {
  static unsigned number;
  snprintf(cell->name, sizeof cell->name, "hermetric-bare-%d-%u", getpid(), number++);
  snprintf(cell->scratch, sizeof cell->scratch, "%s.%s", cell->host->shelf, cell->name);
  for (int i = 0; i < BARE_GROUPS; ++i)
    TRY(cell->bases[i] = open(cell->host->groups[i], O_PATH | O_DIRECTORY | O_CLOEXEC));
  TRY(cell->runner = (int)syscall(SYS_pidfd_open, getpid(), 0));
  return NULL;
}

static void close_host(const struct cell* cell) {
  for (int i = 0; i < BARE_GROUPS; ++i) close(cell->bases[i]);
  close(cell->runner);
}

static const char* open_streams(struct cell* cell) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  TRY(null);
  TRY(cell->streams[0] = fcntl(null, F_DUPFD_CLOEXEC, FIRST_FREE_FD));
  TRY(cell->streams[1] = fcntl(1, F_DUPFD_CLOEXEC, FIRST_FREE_FD));
  TRY(cell->streams[2] = fcntl(2, F_DUPFD_CLOEXEC, FIRST_FREE_FD));
  close(null);
  struct timespec monotonic, boot;
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  snprintf(cell->clock_offsets, sizeof cell->clock_offsets, "monotonic %ld 0\nboottime %ld 0\n",
           JOB_CLOCK_SECONDS - monotonic.tv_sec, JOB_CLOCK_SECONDS - boot.tv_sec);
  return NULL;
}

#define STEP(call)                     \
  do {                                 \
    const char* const failed = (call); \
    if (failed != NULL) return failed; \
  } while (0)

static const char* live(struct cell* cell) {
  STEP(make_scratch(cell));
  STEP(make_groups(cell));
  STEP(make_user_namespace(cell));
  STEP(open_streams(cell));
  STEP(run_init(cell));
  STEP(read_usage(cell));
  STEP(remove_groups(cell));
  STEP(remove_scratch(cell));
  close(cell->user_namespace);
  return NULL;
}

const char* bare_cell(const struct bare_host* host, struct bare_times* times) {
  struct cell cell = {.host = host, .times = times};
  memset(times, 0, sizeof *times);
  STEP(open_host(&cell));
  times->began = now();
  const char* const failed = live(&cell);
  times->ended = now();
  close_host(&cell);
  if (failed == NULL && cell.status != 0) return "the job exited with a status other than 0";
  return failed;
}
