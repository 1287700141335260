#include "bench/bare_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* <sys/mount.h> and <linux/mount.h> do not go together in this glibc. */
int mount(const char* source, const char* target, const char* type, unsigned long flags, const void* data);
int umount2(const char* target, int flags);
enum { NO_SUID = 2, NO_DEV = 4, NO_EXEC = 8, READ_ONLY = 1, DETACH = 2 };

/* The host keeps its clock; a job's starts at one day, as hermetric has it. */
enum { STACK_SIZE = 32 << 10, FIRST_FREE_FD = 10, JOB_CLOCK_SECONDS = 86400 };

#define OVERLAY_OPTIONS ",volatile,redirect_dir=on,index=off,metacopy=off"

/* Names the step in the failure. */
#define TRY(call)                         \
  do {                                    \
    if ((call) < 0) return #call;         \
  } while (0)

struct cell {
  const struct bare_host* host;
  struct bare_times* times;
  const char* failed; /* written by the children, which share our memory */
  char name[64];
  char scratch[PATH_MAX];
  int scratch_fd, runner, user_namespace, init;
  int bases[BARE_GROUPS], groups[BARE_GROUPS], tasks[BARE_LEAF];
  int streams[3];
  int job_status;
  char io[4096], network[4096], clocks[128];
};

static _Alignas(16) char init_stack[STACK_SIZE], job_stack[STACK_SIZE];

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static void mark(struct cell* cell, enum bare_stage stage) { cell->times->ends[stage] = now(); }

/* clone3(2) with a stack for the child, which calls entry(argument) and does not return from it. */
static long clone_child(struct clone_args* args, void (*entry)(struct cell*), struct cell* argument) {
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

static int write_text(int directory, const char* file, const char* text) {
  const int fd = openat(directory, file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t written = write(fd, text, strlen(text));
  close(fd);
  return written < 0 ? -1 : 0;
}

static int write_and_read_back(int directory, const char* file, const char* text) {
  char back[64];
  const int fd = openat(directory, file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -1;
  const int failed = write(fd, text, strlen(text)) < 0 || pread(fd, back, sizeof back, 0) < 0;
  close(fd);
  return failed ? -1 : 0;
}

static int read_text(int directory, const char* file, char* text, size_t size) {
  const int fd = openat(directory, file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t count = read(fd, text, size);
  close(fd);
  return count < 0 ? -1 : 0;
}

/* ---- the runner, before the cell ---- */

static const char* make_upper(const struct cell* cell, const char* upper, const char* work) {
  TRY(mkdirat(cell->scratch_fd, upper, 0700));
  TRY(fchownat(cell->scratch_fd, upper, cell->host->first_id, cell->host->first_id, 0));
  TRY(fchmodat(cell->scratch_fd, upper, 0755, 0));
  TRY(mkdirat(cell->scratch_fd, work, 0700));
  return NULL;
}

static const char* make_scratch(struct cell* cell) {
  TRY(mkdir(cell->scratch, 0700));
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

/* ---- init, PID 1 of the cell ---- */

static const char* begin_init(const struct cell* cell) {
  TRY(prctl(PR_SET_PDEATHSIG, SIGKILL));
  TRY(poll(&(struct pollfd){.fd = cell->runner, .events = POLLIN}, 1, 0));
  TRY(close_range(0, FIRST_FREE_FD - 1, 0));
  struct sigaction by_default = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal <= 64; ++signal) (void)syscall(SYS_rt_sigaction, signal, &by_default, NULL, 8);
  umask(0);
  TRY(sethostname("job", 3));
  TRY(setdomainname("hermetric", 9));
  return NULL;
}

static const char* raise_loopback(void) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  TRY(fd);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  TRY(ioctl(fd, SIOCSIFFLAGS, &request));
  close(fd);
  return NULL;
}

static const char* mount_root(const struct cell* cell) {
  char options[PATH_MAX + 256];
  snprintf(options, sizeof options, "lowerdir=%s:/,upperdir=upper0,workdir=work0" OVERLAY_OPTIONS, cell->host->skeleton);
  TRY(chdir(cell->scratch));
  TRY(mount("root", cell->host->root, "overlay", NO_SUID | NO_DEV, options));
  return NULL;
}

static const char* mount_workspace(const struct cell* cell) {
  const int tree = (int)syscall(SYS_open_tree, AT_FDCWD, cell->host->workspace, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  TRY(tree);
  struct mount_attr mapped = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_IDMAP,
                              .userns_fd = (uint64_t)cell->user_namespace};
  TRY(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &mapped, sizeof mapped));
  TRY(syscall(SYS_move_mount, tree, "", AT_FDCWD, cell->host->lower, MOVE_MOUNT_F_EMPTY_PATH));
  close(tree);
  char options[PATH_MAX + 256], target[2 * PATH_MAX];
  snprintf(options, sizeof options, "lowerdir=%s,upperdir=upper1,workdir=work1" OVERLAY_OPTIONS, cell->host->lower);
  snprintf(target, sizeof target, "%s%s", cell->host->root, cell->host->workspace);
  TRY(mount("workspace", target, "overlay", NO_SUID | NO_DEV, options));
  return NULL;
}

static const char* make_devices(const struct cell* cell) {
  TRY(chdir(cell->host->root));
  TRY(mount("dev", "dev", "tmpfs", NO_SUID | NO_EXEC, "mode=0755,size=64m"));
  TRY(chdir("dev"));
  TRY(mknod("null", S_IFCHR | 0666, makedev(1, 3)));
  TRY(mknod("zero", S_IFCHR | 0666, makedev(1, 5)));
  TRY(mknod("full", S_IFCHR | 0666, makedev(1, 7)));
  TRY(mknod("random", S_IFCHR | 0666, makedev(1, 8)));
  TRY(mknod("urandom", S_IFCHR | 0666, makedev(1, 9)));
  TRY(mknod("tty", S_IFCHR | 0666, makedev(5, 0)));
  TRY(symlink("/proc/self/fd", "fd"));
  TRY(symlink("/proc/self/fd/0", "stdin"));
  TRY(symlink("/proc/self/fd/1", "stdout"));
  TRY(symlink("/proc/self/fd/2", "stderr"));
  TRY(symlink("pts/ptmx", "ptmx"));
  TRY(mkdir("shm", 01777));
  TRY(mkdir("pts", 0755));
  TRY(mount("devpts", "pts", "devpts", NO_SUID | NO_EXEC, "newinstance,ptmxmode=0666,mode=0620"));
  return NULL;
}

static const char* mount_kernel_file_systems(const struct cell* cell) {
  TRY(chdir(cell->host->root));
  TRY(mount("proc", "proc", "proc", NO_SUID | NO_DEV | NO_EXEC, "hidepid=invisible"));
  TRY(mount("sysfs", "sys", "sysfs", NO_SUID | NO_DEV | NO_EXEC | READ_ONLY, NULL));
  return NULL;
}

static const char* enter_root(void) {
  TRY(syscall(SYS_pivot_root, ".", "."));
  TRY(umount2(".", DETACH));
  TRY(chdir("/"));
  return NULL;
}

/* ---- the job, up to its exec ---- */

static const char* join_groups_and_namespaces(const struct cell* cell) {
  for (int i = 0; i < BARE_LEAF; ++i) TRY(write(cell->tasks[i], "0", 1));
  TRY(setns(cell->user_namespace, CLONE_NEWUSER));
  TRY(unshare(CLONE_NEWCGROUP));
  static const char* const links[] = {"mnt", "pid", "net", "ipc", "uts", "user", "cgroup", "time_for_children"};
  const int directory = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
  TRY(directory);
  char text[32];
  for (size_t i = 0; i < sizeof links / sizeof *links; ++i) TRY(readlinkat(directory, links[i], text, sizeof text));
  close(directory);
  return NULL;
}

static const char* become_job(const struct cell* cell) {
  static const char* const argv[] = {"true", NULL};
  static const char* const environment[] = {"CI=true",
                                            "HERMETRIC_JOB=bare",
                                            "HOME=/root",
                                            "LANG=C.UTF-8",
                                            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                            "SOURCE_DATE_EPOCH=315532800",
                                            "TZ=UTC",
                                            "USER=root",
                                            NULL};
  TRY(setsid());
  TRY(syscall(SYS_setgroups, 0, NULL)); /* the wrappers would tell other threads, of which our maker may have some */
  TRY(syscall(SYS_setresgid, 0, 0, 0));
  TRY(syscall(SYS_setresuid, 0, 0, 0));
  TRY(chdir(cell->host->workspace));
  umask(022);
  TRY(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
  for (int i = 0; i < 3; ++i) TRY(dup2(cell->streams[i], i));
  TRY(close_range(3, ~0U, 0));
  TRY(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &(uint64_t){0}, NULL, 8));
  TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  mark((struct cell*)cell, BARE_JOB);
  cell->times->exec = now();
  TRY(execve(cell->host->program, (char* const*)argv, (char* const*)environment));
  return NULL;
}

static void job_main(struct cell* cell) {
  cell->failed = join_groups_and_namespaces(cell);
  if (cell->failed == NULL) cell->failed = become_job(cell);
  syscall(SYS_exit_group, 1);
}

static const char* start_job(struct cell* cell) {
  TRY(unshare(CLONE_NEWTIME));
  TRY(write_text(AT_FDCWD, "/proc/self/timens_offsets", cell->clocks));
  struct clone_args args = {.flags = CLONE_VM | CLONE_VFORK | CLONE_INTO_CGROUP,
                            .exit_signal = SIGCHLD,
                            .stack = (uint64_t)(uintptr_t)job_stack,
                            .stack_size = STACK_SIZE,
                            .cgroup = (uint64_t)cell->groups[BARE_LEAF]};
  TRY(clone_child(&args, job_main, cell));
  return cell->failed;
}

static const char* reap_job(struct cell* cell) {
  struct rusage usage;
  const uint64_t all = ~(uint64_t)0;
  while (syscall(SYS_rt_sigtimedwait, &all, NULL, NULL, 8) != SIGCHLD) continue;
  TRY(wait4(-1, &cell->job_status, WNOHANG | __WALL, &usage));
  cell->times->death = now();
  (void)kill(-1, SIGKILL);
  while (wait4(-1, NULL, __WALL, &usage) > 0) continue;
  TRY(getrusage(RUSAGE_CHILDREN, &usage));
  TRY(read_text(AT_FDCWD, "/proc/self/io", cell->io, sizeof cell->io));
  TRY(read_text(AT_FDCWD, "/proc/self/net/dev", cell->network, sizeof cell->network));
  return NULL;
}

#define STEP(call, stage)                        \
  do {                                           \
    if ((cell->failed = (call)) != NULL) goto end; \
    mark(cell, stage);                           \
  } while (0)

static void init_main(struct cell* cell) {
  STEP(begin_init(cell), BARE_NAMESPACES);
  STEP(raise_loopback(), BARE_NETWORK);
  STEP(mount_root(cell), BARE_ROOT);
  STEP(mount_workspace(cell), BARE_WORKSPACE);
  STEP(make_devices(cell), BARE_DEVICES);
  STEP(mount_kernel_file_systems(cell), BARE_PROC);
  STEP(enter_root(), BARE_PIVOT);
  cell->failed = start_job(cell);
  if (cell->failed == NULL) cell->failed = reap_job(cell);
end:
  syscall(SYS_exit_group, 0);
}

/* ---- the runner, around the cell ---- */

static const char* run_init(struct cell* cell) {
  int pidfd = -1;
  struct clone_args args = {.flags = CLONE_VM | CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                                     CLONE_NEWNET,
                            .pidfd = (uint64_t)(uintptr_t)&pidfd,
                            .stack = (uint64_t)(uintptr_t)init_stack,
                            .stack_size = STACK_SIZE};
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  const long init = clone_child(&args, init_main, cell);
  sigprocmask(SIG_SETMASK, &before, NULL);
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
