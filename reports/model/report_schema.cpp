#include "reports/model/report_schema.hpp"

namespace hermetric {
namespace {

constexpr std::string_view kSchema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "hermetric.report/1",
  "title": "hermetric report",
  "description": "What the jobs of one run cost. Units stand in the keys. null: not known, and never zero.",
  "type": "object",
  "required": ["schema", "run", "jobs"],
  "additionalProperties": false,
  "properties": {
    "schema": { "const": "hermetric.report/1" },
    "run": { "$ref": "#/definitions/run" },
    "jobs": { "type": "array", "items": { "$ref": "#/definitions/job" } }
  },
  "definitions": {
    "count": { "type": "integer", "minimum": 0 },
    "figure": { "type": ["integer", "null"], "minimum": 0 },
    "text_or_null": { "type": ["string", "null"] },
    "texts": { "type": "array", "items": { "type": "string" } },
    "time": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$" },
    "notes": {
      "description": "Leaf path of a figure, and where it came from or why it is missing.",
      "type": "object",
      "patternProperties": { "^(denied|(resources|output)[.][a-z_.]+)$": { "type": "string", "minLength": 1 } },
      "additionalProperties": false
    },

    "run": {
      "type": "object",
      "required": ["id", "started_at", "finished_at", "wall_usec", "host", "tool"],
      "additionalProperties": false,
      "properties": {
        "id": { "type": "string", "minLength": 1 },
        "started_at": { "$ref": "#/definitions/time" },
        "finished_at": { "$ref": "#/definitions/time" },
        "wall_usec": { "$ref": "#/definitions/count" },
        "host": { "$ref": "#/definitions/host" },
        "tool": {
          "type": "object",
          "required": ["name", "version"],
          "additionalProperties": false,
          "properties": { "name": { "const": "hermetric" }, "version": { "type": "string" } }
        }
      }
    },
    "host": {
      "description": "What the figures were measured on, and what `hermetric doctor --json` prints. Open: more may come.",
      "type": "object",
      "required": ["hostname", "kernel", "architecture", "cpu_model", "cgroup", "cpus", "cores", "packages", "nodes",
                   "memory_bytes", "swap_bytes", "capabilities", "controllers", "settings", "before", "after",
                   "sources", "unavailable", "warnings"],
      "properties": {
        "hostname": { "$ref": "#/definitions/text_or_null" },
        "kernel": { "$ref": "#/definitions/text_or_null" },
        "architecture": { "$ref": "#/definitions/text_or_null" },
        "cpu_model": { "$ref": "#/definitions/text_or_null" },
        "cgroup": { "enum": ["v2", "v1", "hybrid", "none", null] },
        "cpus": { "description": "Hardware threads that are online.", "$ref": "#/definitions/figure" },
        "cores": { "$ref": "#/definitions/figure" },
        "packages": { "description": "Sockets.", "$ref": "#/definitions/figure" },
        "nodes": { "description": "NUMA nodes.", "$ref": "#/definitions/figure" },
        "memory_bytes": { "$ref": "#/definitions/figure" },
        "swap_bytes": { "$ref": "#/definitions/figure" },
        "capabilities": {
          "description": "What a job or a report may want of the host.",
          "type": "array",
          "items": {
            "type": "object",
            "required": ["name", "available", "reason", "remedy"],
            "additionalProperties": false,
            "properties": {
              "name": { "type": "string" },
              "available": { "type": "boolean" },
              "reason": { "$ref": "#/definitions/text_or_null" },
              "remedy": { "$ref": "#/definitions/text_or_null" }
            }
          }
        },
        "controllers": {
          "description": "Which cgroup version each kind of cap goes to; leaf is a cgroup2 group at all.",
          "type": "array",
          "items": {
            "type": "object",
            "required": ["name", "version", "available", "reason", "remedy"],
            "additionalProperties": false,
            "properties": {
              "name": { "type": "string" },
              "version": { "enum": ["v1", "v2", null] },
              "available": { "type": "boolean" },
              "reason": { "$ref": "#/definitions/text_or_null" },
              "remedy": { "$ref": "#/definitions/text_or_null" }
            }
          }
        },
        "settings": {
          "description": "At the beginning: governor and driver of the CPU frequency, turbo and smt (on, off), aslr (full, partial, off), and the scheduler of each disk. Open: more may come.",
          "type": "object",
          "required": ["governor", "frequency_driver", "turbo", "smt", "transparent_hugepages", "aslr",
                       "io_schedulers"],
          "properties": {
            "governor": { "$ref": "#/definitions/text_or_null" },
            "frequency_driver": { "$ref": "#/definitions/text_or_null" },
            "turbo": { "enum": ["on", "off", null] },
            "smt": { "enum": ["on", "off", null] },
            "transparent_hugepages": { "$ref": "#/definitions/text_or_null" },
            "aslr": { "enum": ["full", "partial", "off", null] },
            "io_schedulers": { "type": "object", "additionalProperties": { "type": "string" } }
          }
        },
        "before": { "$ref": "#/definitions/activity" },
        "after": { "$ref": "#/definitions/activity" },
        "sources": { "$ref": "#/definitions/host_notes" },
        "unavailable": { "$ref": "#/definitions/host_notes" },
        "warnings": { "$ref": "#/definitions/texts" }
      }
    },
    "host_notes": {
      "description": "Path of a value below host, and where it came from or why it is missing.",
      "type": "object",
      "patternProperties": { "^[a-z_]+([.][a-z_]+)?$": { "type": "string", "minLength": 1 } },
      "additionalProperties": false
    },
    "activity": {
      "description": "The host at one moment. load_hundredths: the load average of the last minute, 100 is one task. All but it and running_tasks count since boot. Open: more may come.",
      "type": "object",
      "required": ["load_hundredths", "running_tasks", "cpu_busy_usec", "cpu_steal_usec", "core_throttles",
                   "package_throttles", "swap_in_bytes", "swap_out_bytes"],
      "properties": {
        "load_hundredths": { "$ref": "#/definitions/figure" },
        "running_tasks": { "$ref": "#/definitions/figure" },
        "cpu_busy_usec": { "$ref": "#/definitions/figure" },
        "cpu_steal_usec": { "$ref": "#/definitions/figure" },
        "core_throttles": { "$ref": "#/definitions/figure" },
        "package_throttles": { "$ref": "#/definitions/figure" },
        "swap_in_bytes": { "$ref": "#/definitions/figure" },
        "swap_out_bytes": { "$ref": "#/definitions/figure" }
      }
    },

    "job": {
      "description": "One attempt of one job.",
      "type": "object",
      "required": ["name", "attempt", "command", "outcome", "phases", "resources", "sources", "unavailable", "limits",
                   "isolation", "inputs", "from_pool", "warnings", "denied", "output", "artifacts", "samples"],
      "additionalProperties": false,
      "properties": {
        "name": { "type": "string" },
        "attempt": { "type": "integer", "minimum": 1 },
        "command": { "$ref": "#/definitions/texts" },
        "outcome": { "$ref": "#/definitions/outcome" },
        "phases": { "$ref": "#/definitions/phases" },
        "resources": { "$ref": "#/definitions/resources" },
        "sources": { "$ref": "#/definitions/notes" },
        "unavailable": { "$ref": "#/definitions/notes" },
        "limits": { "$ref": "#/definitions/limits" },
        "isolation": { "$ref": "#/definitions/isolation" },
        "inputs": { "$ref": "#/definitions/inputs" },
        "from_pool": { "type": "boolean" },
        "warnings": { "$ref": "#/definitions/texts" },
        "denied": { "type": ["array", "null"], "items": { "$ref": "#/definitions/denied" } },
        "output": {
          "type": "object",
          "required": ["stdout_bytes", "stderr_bytes", "truncated"],
          "additionalProperties": false,
          "properties": {
            "stdout_bytes": { "$ref": "#/definitions/figure" },
            "stderr_bytes": { "$ref": "#/definitions/figure" },
            "truncated": { "type": "boolean" }
          }
        },
        "artifacts": { "type": "array", "items": { "$ref": "#/definitions/artifact" } },
        "samples": { "$ref": "#/definitions/samples" }
      }
    },
    "outcome": {
      "type": "object",
      "required": ["status", "exit_code", "signal", "reason"],
      "additionalProperties": false,
      "properties": {
        "status": { "enum": ["passed", "failed", "signaled", "timed_out", "cpu_time_exceeded", "out_of_memory",
                             "output_limit", "disk_limit", "cancelled", "setup_failed", "skipped"] },
        "exit_code": { "type": ["integer", "null"], "minimum": 0, "maximum": 255 },
        "signal": { "type": ["string", "null"], "pattern": "^SIG[A-Z0-9]+([+][0-9]+)?$" },
        "reason": { "$ref": "#/definitions/text_or_null" }
      }
    },
    "phases": {
      "type": "object",
      "required": ["setup_usec", "run_usec", "teardown_usec"],
      "additionalProperties": false,
      "properties": {
        "setup_usec": { "$ref": "#/definitions/stages" },
        "run_usec": { "$ref": "#/definitions/count" },
        "teardown_usec": { "$ref": "#/definitions/stages" }
      }
    },
    "stages": {
      "description": "The whole phase and its stages. The stages are those of this version; others may come.",
      "type": "object",
      "required": ["total"],
      "additionalProperties": { "$ref": "#/definitions/count" }
    },

    "resources": {
      "type": "object",
      "required": ["wall_usec", "cpu", "memory", "io", "pids", "network", "pressure", "context_switches", "counters",
                   "workspace"],
      "additionalProperties": false,
      "properties": {
        "wall_usec": { "$ref": "#/definitions/figure" },
        "cpu": {
          "type": "object",
          "required": ["usage_usec", "user_usec", "system_usec", "nr_periods", "nr_throttled", "throttled_usec"],
          "additionalProperties": false,
          "properties": {
            "usage_usec": { "$ref": "#/definitions/figure" },
            "user_usec": { "$ref": "#/definitions/figure" },
            "system_usec": { "$ref": "#/definitions/figure" },
            "nr_periods": { "$ref": "#/definitions/figure" },
            "nr_throttled": { "$ref": "#/definitions/figure" },
            "throttled_usec": { "$ref": "#/definitions/figure" }
          }
        },
        "memory": {
          "type": "object",
          "required": ["peak_bytes", "swap_peak_bytes", "oom_kills", "minor_faults", "major_faults", "max_rss_bytes",
                       "anon_peak_bytes", "file_peak_bytes", "shmem_peak_bytes"],
          "additionalProperties": false,
          "properties": {
            "peak_bytes": { "$ref": "#/definitions/figure" },
            "swap_peak_bytes": { "$ref": "#/definitions/figure" },
            "oom_kills": { "$ref": "#/definitions/figure" },
            "minor_faults": { "$ref": "#/definitions/figure" },
            "major_faults": { "$ref": "#/definitions/figure" },
            "max_rss_bytes": { "$ref": "#/definitions/figure" },
            "anon_peak_bytes": { "$ref": "#/definitions/figure" },
            "file_peak_bytes": { "$ref": "#/definitions/figure" },
            "shmem_peak_bytes": { "$ref": "#/definitions/figure" }
          }
        },
        "io": {
          "type": "object",
          "required": ["read_bytes", "write_bytes", "read_ops", "write_ops", "task_read_bytes", "task_write_bytes",
                       "logical_read_bytes", "logical_write_bytes"],
          "additionalProperties": false,
          "properties": {
            "read_bytes": { "$ref": "#/definitions/figure" },
            "write_bytes": { "$ref": "#/definitions/figure" },
            "read_ops": { "$ref": "#/definitions/figure" },
            "write_ops": { "$ref": "#/definitions/figure" },
            "task_read_bytes": { "$ref": "#/definitions/figure" },
            "task_write_bytes": { "$ref": "#/definitions/figure" },
            "logical_read_bytes": { "$ref": "#/definitions/figure" },
            "logical_write_bytes": { "$ref": "#/definitions/figure" }
          }
        },
        "pids": {
          "type": "object",
          "required": ["peak"],
          "additionalProperties": false,
          "properties": { "peak": { "$ref": "#/definitions/figure" } }
        },
        "network": {
          "type": "object",
          "required": ["rx_bytes", "tx_bytes", "rx_packets", "tx_packets"],
          "additionalProperties": false,
          "properties": {
            "rx_bytes": { "$ref": "#/definitions/figure" },
            "tx_bytes": { "$ref": "#/definitions/figure" },
            "rx_packets": { "$ref": "#/definitions/figure" },
            "tx_packets": { "$ref": "#/definitions/figure" }
          }
        },
        "pressure": {
          "type": "object",
          "required": ["cpu", "memory", "io"],
          "additionalProperties": false,
          "properties": {
            "cpu": { "$ref": "#/definitions/pressure" },
            "memory": { "$ref": "#/definitions/pressure" },
            "io": { "$ref": "#/definitions/pressure" }
          }
        },
        "context_switches": {
          "type": "object",
          "required": ["voluntary", "involuntary"],
          "additionalProperties": false,
          "properties": {
            "voluntary": { "$ref": "#/definitions/figure" },
            "involuntary": { "$ref": "#/definitions/figure" }
          }
        },
        "counters": {
          "type": "object",
          "required": ["instructions", "cycles", "cache_misses", "branch_misses"],
          "additionalProperties": false,
          "properties": {
            "instructions": { "$ref": "#/definitions/figure" },
            "cycles": { "$ref": "#/definitions/figure" },
            "cache_misses": { "$ref": "#/definitions/figure" },
            "branch_misses": { "$ref": "#/definitions/figure" }
          }
        },
        "workspace": {
          "type": "object",
          "required": ["files_created", "files_modified", "files_deleted", "bytes_written"],
          "additionalProperties": false,
          "properties": {
            "files_created": { "$ref": "#/definitions/figure" },
            "files_modified": { "$ref": "#/definitions/figure" },
            "files_deleted": { "$ref": "#/definitions/figure" },
            "bytes_written": { "$ref": "#/definitions/figure" }
          }
        }
      }
    },
    "pressure": {
      "type": "object",
      "required": ["some_usec", "full_usec"],
      "additionalProperties": false,
      "properties": {
        "some_usec": { "$ref": "#/definitions/figure" },
        "full_usec": { "$ref": "#/definitions/figure" }
      }
    },

    "limits": {
      "description": "The caps that were applied. null: no cap.",
      "type": "object",
      "required": ["memory_bytes", "swap_bytes", "oom", "cpus", "cpuset", "cpuset_mems", "cpu_weight", "pids",
                   "io_weight", "io_max", "disk_bytes", "open_files", "file_size_bytes", "wall_time_usec",
                   "cpu_time_usec", "grace_usec", "output_limit_bytes"],
      "additionalProperties": false,
      "properties": {
        "memory_bytes": { "$ref": "#/definitions/figure" },
        "swap_bytes": { "$ref": "#/definitions/figure" },
        "oom": { "enum": ["report", "fail"] },
        "cpus": { "type": ["number", "null"], "exclusiveMinimum": 0 },
        "cpuset": { "$ref": "#/definitions/text_or_null" },
        "cpuset_mems": { "$ref": "#/definitions/text_or_null" },
        "cpu_weight": { "type": ["integer", "null"], "minimum": 1, "maximum": 10000 },
        "pids": { "$ref": "#/definitions/figure" },
        "io_weight": { "type": ["integer", "null"], "minimum": 1, "maximum": 10000 },
        "io_max": { "type": "array", "items": { "$ref": "#/definitions/io_max" } },
        "disk_bytes": { "$ref": "#/definitions/figure" },
        "open_files": { "$ref": "#/definitions/figure" },
        "file_size_bytes": { "$ref": "#/definitions/figure" },
        "wall_time_usec": { "$ref": "#/definitions/figure" },
        "cpu_time_usec": { "$ref": "#/definitions/figure" },
        "grace_usec": { "$ref": "#/definitions/count" },
        "output_limit_bytes": { "$ref": "#/definitions/figure" }
      }
    },
    "io_max": {
      "description": "Bytes and operations a second of one block device.",
      "type": "object",
      "required": ["device", "rbps", "wbps", "riops", "wiops"],
      "additionalProperties": false,
      "properties": {
        "device": { "type": "string" },
        "rbps": { "$ref": "#/definitions/figure" },
        "wbps": { "$ref": "#/definitions/figure" },
        "riops": { "$ref": "#/definitions/figure" },
        "wiops": { "$ref": "#/definitions/figure" }
      }
    },
    "isolation": {
      "type": "object",
      "required": ["namespaces", "root", "network", "cgroup"],
      "additionalProperties": false,
      "properties": {
        "namespaces": {
          "description": "Inode numbers, as /proc/PID/ns shows them: equal means the same namespace.",
          "type": "object",
          "additionalProperties": { "$ref": "#/definitions/count" }
        },
        "root": { "$ref": "#/definitions/text_or_null" },
        "network": { "$ref": "#/definitions/text_or_null" },
        "cgroup": { "enum": ["v2", "v1", "hybrid", "none", null] }
      }
    },
    "inputs": {
      "description": "What decides the job beside command, root and limits, to tell equal inputs by: a digest of what else it was given, its workspace, and the jobs whose artifacts it saw. null: it saw more, as a further directory.",
      "type": ["object", "null"],
      "required": ["settings", "workspace", "jobs"],
      "additionalProperties": false,
      "properties": {
        "settings": { "type": "string", "minLength": 1 },
        "workspace": { "type": "string", "minLength": 1 },
        "jobs": { "$ref": "#/definitions/texts" }
      }
    },
    "denied": {
      "type": "object",
      "required": ["what", "count"],
      "additionalProperties": false,
      "properties": { "what": { "type": "string" }, "count": { "$ref": "#/definitions/count" } }
    },
    "artifact": {
      "type": "object",
      "required": ["path", "size_bytes", "sha256"],
      "additionalProperties": false,
      "properties": {
        "path": { "type": "string" },
        "size_bytes": { "$ref": "#/definitions/count" },
        "sha256": { "type": ["string", "null"], "pattern": "^[0-9a-f]{64}$" }
      }
    },
    "samples": {
      "description": "The job's timeline, a row a sample. interval_usec 0: it was not sampled.",
      "type": "object",
      "required": ["interval_usec", "columns", "rows"],
      "additionalProperties": false,
      "properties": {
        "interval_usec": { "$ref": "#/definitions/count" },
        "columns": { "$ref": "#/definitions/texts" },
        "rows": { "type": "array", "items": { "type": "array", "items": { "$ref": "#/definitions/count" } } }
      }
    }
  }
}
)json";

}  // namespace

std::string_view report_schema() { return kSchema; }

}  // namespace hermetric
