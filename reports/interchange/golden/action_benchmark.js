window.BENCHMARK_DATA = {
  "lastUpdate": 1795536000000,
  "repoUrl": "https://example.org/r",
  "entries": {
    "C++ on Linux": [
      {
        "commit": {
          "author": {
            "name": "a",
            "username": "a"
          },
          "committer": {
            "name": "a",
            "username": "a"
          },
          "id": "1111111111111111111111111111111111111111",
          "message": "m {\"x\"}",
          "timestamp": "2026-11-20T10:00:00Z",
          "url": "https://example.org/1111111111111111111111111111111111111111"
        },
        "date": 1795168900000,
        "tool": "googlecpp",
        "benches": [
          {
            "name": "BM_Copy",
            "value": 0.385,
            "unit": "ns/iter",
            "extra": "iterations: 1000"
          },
          {
            "name": "BM_Fill/8",
            "value": 12.5,
            "unit": "ns/iter"
          }
        ]
      },
      {
        "commit": {
          "author": {
            "name": "a",
            "username": "a"
          },
          "committer": {
            "name": "a",
            "username": "a"
          },
          "id": "2222222222222222222222222222222222222222",
          "message": "m {\"x\"}",
          "timestamp": "2026-11-21T12:30:00+02:00",
          "url": "https://example.org/2222222222222222222222222222222222222222"
        },
        "date": 1795257100000,
        "tool": "googlecpp",
        "benches": [
          {
            "name": "BM_Copy",
            "value": 0.391,
            "unit": "ns/iter"
          }
        ]
      }
    ],
    "Throughput": [
      {
        "commit": {
          "author": {
            "name": "a",
            "username": "a"
          },
          "committer": {
            "name": "a",
            "username": "a"
          },
          "id": "2222222222222222222222222222222222222222",
          "message": "m {\"x\"}",
          "url": "https://example.org/2222222222222222222222222222222222222222"
        },
        "date": 1795257100500,
        "tool": "benchmarkjs",
        "benches": [
          {
            "name": "parse",
            "value": 81234,
            "range": "±1.2%",
            "unit": "ops/sec"
          }
        ]
      },
      {
        "commit": {
          "author": {
            "name": "a",
            "username": "a"
          },
          "committer": {
            "name": "a",
            "username": "a"
          },
          "id": "3333333333333333333333333333333333333333",
          "message": "m {\"x\"}",
          "timestamp": "2026-11-22T10:00:00Z",
          "url": "https://example.org/3333333333333333333333333333333333333333"
        },
        "date": 1795341600000,
        "tool": "go",
        "benches": [
          {
            "name": "Read - MB/s",
            "value": 913.5,
            "unit": "MB/s"
          },
          {
            "name": "Read - B/op",
            "value": 64,
            "unit": "B/op"
          }
        ]
      }
    ]
  }
}
