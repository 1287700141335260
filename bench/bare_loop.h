/* The floor: what a cell costs when straight-line C makes the system calls that `hermetric explain` prints for a
 * default job with a workspace, in the same order, makes the groups, reads and removes everything. Written for hybrid
 * cgroups (v1 pids, blkio and memory beside a cgroup2 leaf). No code of hermetric is in it; it does no more than it
 * must: one cell at a time, no ledger, no checks but the return values. */
#ifndef HERMETRIC_BENCH_BARE_LOOP_H
#define HERMETRIC_BENCH_BARE_LOOP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The same stages, in the same order, as hermetric's own (isolation/types/stage.hpp); "artifacts" stays empty. */
enum bare_stage {
  BARE_SCRATCH,
  BARE_CGROUP,
  BARE_USER_NAMESPACE,
  BARE_NAMESPACES,
  BARE_NETWORK,
  BARE_ROOT,
  BARE_WORKSPACE,
  BARE_DEVICES,
  BARE_PROC,
  BARE_PIVOT,
  BARE_JOB,
  BARE_DRAIN,
  BARE_USAGE,
  BARE_ARTIFACTS,
  BARE_CGROUP_REMOVAL,
  BARE_SCRATCH_REMOVAL,
  BARE_STAGES
};

/* A path of /proc or /sys, below the root, that the job sees empty: `source` is bound over it. */
struct bare_mask {
  const char* path;
  const char* source;
};

enum bare_group { BARE_PIDS, BARE_BLKIO, BARE_MEMORY, BARE_LEAF, BARE_GROUPS };

/* What is the same for all cells and prepared once. Paths are absolute and without a slash at the end. */
struct bare_host {
  const char* skeleton;            /* layer between upper and "/", on a tmpfs */
  const char* root;                /* mount point of a cell's root */
  const char* lower;               /* mount point of the id-mapped workspace */
  const char* shelf;               /* what a directory for uppers is made as: isolation/workspace/shelf */
  const char* workspace;           /* directory shown copy-on-write */
  const char* program;             /* what the job runs, a path below the workspace */
  const char* groups[BARE_GROUPS]; /* where groups are made; BARE_LEAF is cgroup2 */
  const char* disk;                /* "major:minor" whose IO is counted, or null */
  const char* memory;              /* memory.limit_in_bytes */
  const char* pids;                /* pids.max */
  unsigned first_id;               /* what root inside is outside */
  uint64_t capabilities;           /* the bounding set, a bit for each */
  const void* filter;              /* struct sock_filter[filter_length], hands to init what it denies */
  unsigned short filter_length;
  const struct bare_mask* masks;
  unsigned mask_count;
};

/* When a cell reached what, CLOCK_MONOTONIC in ns. */
struct bare_times {
  uint64_t began;
  uint64_t ends[BARE_STAGES]; /* 0: did not happen */
  uint64_t exec;              /* just before execve */
  uint64_t death;             /* the job was reaped */
  uint64_t ended;
};

/* Makes one cell, runs the program in it, removes the cell. Returns null, or the step that failed, with errno set. */
const char* bare_cell(const struct bare_host* host, struct bare_times* times);

#ifdef __cplusplus
}
#endif

#endif
