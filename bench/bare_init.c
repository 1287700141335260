/* Init and job of a bare cell: the two lists of steps that `hermetric explain` prints. They share the runner's memory
 * and its errno, which the runner does not look at before they are gone. */
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "bench/bare_cell.h"

/* <sys/mount.h> and <linux/mount.h> do not go together in glibc 2.36. */
int mount(const char* source, const char* target, const char* type, unsigned long flags, const void* data);
int umount2(const char* target, int flags);
enum { DETACH = 2 };

#define OVERLAY_OPTIONS ",volatile,redirect_dir=on,index=off,metacopy=off"

static _Alignas(16) char job_stack[STACK_SIZE];

static const char* begin_init(const struct cell* cell) {
  TRY(prctl(PR_SET_PDEATHSIG, SIGKILL));
  TRY(poll(&(struct pollfd){.fd = cell->runner, .events = POLLIN}, 1, 0));
  TRY(close_range(0, 2, 0));
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
  snprintf(options, sizeof options, "lowerdir=%s:/,upperdir=upper0,workdir=work0" OVERLAY_OPTIONS,
           cell->host->skeleton);
  TRY(chdir(cell->scratch));
  TRY(mount("root", cell->host->root, "overlay", MS_NOSUID | MS_NODEV, options));
  return NULL;
}

static const char* mount_workspace(const struct cell* cell) {
  const int tree = (int)syscall(SYS_open_tree, AT_FDCWD, cell->host->workspace, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  TRY(tree);
  struct mount_attr mapped = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_IDMAP,
                              .userns_fd = (unsigned)cell->user_namespace};
  TRY(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &mapped, sizeof mapped));
  TRY(syscall(SYS_move_mount, tree, "", AT_FDCWD, cell->host->lower, MOVE_MOUNT_F_EMPTY_PATH));
  close(tree);
  char options[PATH_MAX + 256], target[2 * PATH_MAX];
  snprintf(options, sizeof options, "lowerdir=%s,upperdir=upper1,workdir=work1" OVERLAY_OPTIONS, cell->host->lower);
  snprintf(target, sizeof target, "%s%s", cell->host->root, cell->host->workspace);
  TRY(mount("workspace", target, "overlay", MS_NOSUID | MS_NODEV, options));
  return NULL;
}

static const char* make_devices(const struct cell* cell) {
  TRY(chdir(cell->host->root));
  TRY(mount("dev", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64m"));
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
  TRY(mount("devpts", "pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"));
  return NULL;
}

static const char* mount_kernel_file_systems(const struct cell* cell) {
  TRY(chdir(cell->host->root));
  TRY(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=invisible"));
  TRY(mount("sysfs", "sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL));
  for (unsigned i = 0; i < cell->host->mask_count; ++i) {
    const struct bare_mask* const mask = &cell->host->masks[i];
    TRY(mount(mask->source, mask->path + 1, NULL, MS_BIND, NULL));
  }
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

static const char* drop_capabilities(const struct cell* cell) {
  for (unsigned capability = 0; capability < 64; ++capability) {
    if ((cell->host->capabilities >> capability & 1) != 0) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
    return errno == EINVAL ? NULL : "prctl(PR_CAPBSET_DROP)"; /* EINVAL: behind the kernel's last */
  }
  return NULL;
}

/* What init waits for: its signals, and the listener of the job's filter. */
static const char* watch_descriptor(const struct cell* cell, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  TRY(epoll_ctl(cell->watch, EPOLL_CTL_ADD, fd, &event));
  return NULL;
}

static const char* load_filter(const struct cell* cell) {
  struct sock_fprog program = {.len = cell->host->filter_length,
                               .filter = (struct sock_filter*)(uintptr_t)cell->host->filter};
  const int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                    SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  TRY(listener);
  return watch_descriptor(cell, listener);
}

static const char* become_job(struct cell* cell) {
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
  const char* failed;
  TRY(setsid());
  if ((failed = drop_capabilities(cell)) != NULL) return failed;
  TRY(syscall(SYS_setgroups, 0, NULL)); /* the wrappers would tell other threads, of which our maker may have some */
  TRY(syscall(SYS_setresgid, 0, 0, 0));
  TRY(syscall(SYS_setresuid, 0, 0, 0));
  TRY(chdir(cell->host->workspace));
  umask(022);
  TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  if ((failed = load_filter(cell)) != NULL) return failed; /* while init has these descriptors as well */
  TRY(unshare(CLONE_FILES));
  for (int i = 0; i < 3; ++i) TRY(dup2(cell->streams[i], i));
  TRY(close_range(3, ~0U, 0));
  TRY(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
  TRY(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &(uint64_t){0}, NULL, 8));
  mark(cell, BARE_JOB);
  cell->times->exec = now();
  TRY(execve(cell->host->program, (char* const*)argv, (char* const*)environment));
  return NULL;
}

static void job_main(struct cell* cell) {
  cell->failed = join_groups_and_namespaces(cell);
  if (cell->failed == NULL) cell->failed = become_job(cell);
  syscall(SYS_exit_group, 1);
}

/* A processor without counters is no failure. */
static void open_counters(void) {
  static const uint64_t events[] = {PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_CACHE_MISSES,
                                    PERF_COUNT_HW_BRANCH_MISSES};
  for (size_t i = 0; i < sizeof events / sizeof *events; ++i) {
    struct perf_event_attr event = {.type = PERF_TYPE_HARDWARE,
                                    .size = sizeof event,
                                    .config = events[i],
                                    .disabled = 1,
                                    .inherit = 1,
                                    .enable_on_exec = 1};
    (void)syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  }
}

static const char* start_job(struct cell* cell) {
  TRY(unshare(CLONE_NEWTIME));
  TRY(write_text(AT_FDCWD, "/proc/self/timens_offsets", cell->clock_offsets));
  open_counters();
  TRY(cell->signals = (int)syscall(SYS_signalfd4, -1, &(uint64_t){~0ULL}, 8, SFD_CLOEXEC));
  TRY(cell->watch = epoll_create1(EPOLL_CLOEXEC));
  const char* const failed = watch_descriptor(cell, cell->signals);
  if (failed != NULL) return failed;
  struct clone_args args = {.flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_INTO_CGROUP,
                            .exit_signal = SIGCHLD,
                            .stack = (uint64_t)(uintptr_t)job_stack,
                            .stack_size = STACK_SIZE,
                            .cgroup = (unsigned)cell->groups[BARE_LEAF]};
  TRY(clone_child(&args, job_main, cell));
  return cell->failed;
}

static const char* reap_job(struct cell* cell) {
  struct rusage usage;
  struct signalfd_siginfo info = {0};
  while (info.ssi_signo != SIGCHLD) {
    struct epoll_event event;
    TRY(epoll_wait(cell->watch, &event, 1, -1));
    if (event.data.fd == cell->signals)
      TRY(read(cell->signals, &info, sizeof info));
    else /* nothing is denied: the job is gone, and the listener with it */
      TRY(epoll_ctl(cell->watch, EPOLL_CTL_DEL, event.data.fd, NULL));
  }
  TRY(wait4(-1, &cell->status, WNOHANG | __WALL, &usage));
  cell->times->death = now();
  (void)kill(-1, SIGKILL);
  while (wait4(-1, NULL, __WALL, &usage) > 0) continue;
  TRY(getrusage(RUSAGE_CHILDREN, &usage));
  TRY(read_text(AT_FDCWD, "/proc/self/io", cell->io, sizeof cell->io));
  TRY(read_text(AT_FDCWD, "/proc/self/net/dev", cell->network, sizeof cell->network));
  return NULL;
}

#define STEP(call, stage)                          \
  do {                                             \
    if ((cell->failed = (call)) != NULL) goto end; \
    mark(cell, stage);                             \
  } while (0)

void bare_init(struct cell* cell) {
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
