#!/bin/sh
# run.sh SECONDS CORPUS PROGRAM…: each fuzzer for that long, begun from CORPUS/<name>. New inputs stay in the build directory; a crash is
# left beside them and fails the run. What is worth keeping is copied to the corpus by hand.
set -e
seconds=$1 corpus=$2
shift 2
for program in "$@"; do
        name=$(basename "$program" | sed 's/^fuzz-//')
        found=tests/fuzz/found/$name
        mkdir -p "$found"
        echo "== $program, $seconds s"
        "$program" -max_total_time="$seconds" -max_len=16384 -timeout=5 -rss_limit_mb=1024 -print_final_stats=0 -verbosity=0 \
                -artifact_prefix="$found/crash-" "$found" "$corpus/$name"
done
