/* What the files of the bare loop share. */
#ifndef HERMETRIC_BENCH_BARE_CELL_H
#define HERMETRIC_BENCH_BARE_CELL_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/bare_loop.h"

enum { STACK_SIZE = 32 << 10 };

/* Ends the function with the step's text when a call fails; errno tells the rest. */
#define TRY(call)                 \
  do {                            \
    if ((call) < 0) return #call; \
  } while (0)

/* One cell. Its init and its job share the runner's memory (CLONE_VM), so this is also how they report. */
struct cell {
  const struct bare_host* host;
  struct bare_times* times;
  const char* failed; /* the step that failed in init or in the job */
  char name[64];
  char scratch[PATH_MAX];
  int runner; /* pidfd */
  int scratch_fd, user_namespace;
  int bases[BARE_GROUPS], groups[BARE_GROUPS], tasks[BARE_LEAF];
  int streams[3];
  int signals, watch; /* of init */
  int status;         /* of the job, as wait4(2) gives it */
  char io[4096], network[4096];
  char clock_offsets[128];
};

/* Entry of PID 1 of the cell. */
void bare_init(struct cell* cell);

static inline uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static inline void mark(struct cell* cell, enum bare_stage stage) { cell->times->ends[stage] = now(); }

/* clone3(2) with a stack for the child, which calls entry(argument) and does not return from it. */
static inline long clone_child(struct clone_args* args, void (*entry)(struct cell*), struct cell* argument) {
  long result;
  register void (*child_entry)(struct cell*) __asm__("r12") = entry;
  register struct cell* child_argument __asm__("r13") = argument;
  __asm__ volatile(
      "syscall\n\ttestq %%rax, %%rax\n\tjnz 1f\n\txorl %%ebp, %%ebp\n\tmovq %%r13, %%rdi\n\tcallq *%%r12\n\tud2\n\t1:"
      : "=a"(result)
      : "a"(SYS_clone3), "D"(args), "S"(sizeof *args), "r"(child_entry), "r"(child_argument)
      : "rcx", "r11", "memory");
  if (result < 0) errno = (int)-result;
  return result;
}

static inline int write_text(int directory, const char* file, const char* text) {
  const int fd = openat(directory, file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t written = write(fd, text, strlen(text));
  close(fd);
  return written < 0 ? -1 : 0;
}

static inline int write_and_read_back(int directory, const char* file, const char* text) {
  char back[64];
  const int fd = openat(directory, file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -1;
  const int failed = write(fd, text, strlen(text)) < 0 || pread(fd, back, sizeof back, 0) < 0;
  close(fd);
  return failed ? -1 : 0;
}

static inline int read_text(int directory, const char* file, char* text, size_t size) {
  const int fd = openat(directory, file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t count = read(fd, text, size);
  close(fd);
  return count < 0 ? -1 : 0;
}

#endif
