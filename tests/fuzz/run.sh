#!/bin/sh
# run.sh - one libFuzzer target: run.sh TARGET SEEDS FOUND [OPTION...]; new inputs go to FOUND, never among the seeds
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
target=$1 seeds=$2 found=$3
shift 3
mkdir -p "$found"
exec "$target" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 -artifact_prefix="$found-" "$@" "$found" "$seeds"
