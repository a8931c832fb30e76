#!/usr/bin/env bash
# Peak resident memory (VmHWM of /proc/PID/status) of the server while 16 clients send 1 GiB each at the same time; the goal is 250 MiB.
# Usage: bash tests/load/uploads-memory.sh [PUT|tus] [uploads] [MiB each] [limit in MiB]
# Needs node. It starts a Release build of the demo in a folder of its own, on loopback only, and removes what it wrote: free disk for all of
# the uploads (tus: twice, for the parts are there until an item is sealed). Exit code 1: over the limit.
set -euo pipefail
cd "$(dirname "$0")/../.."
way=${1:-PUT} uploads=${2:-16} each=${3:-1024} limit=${4:-250}
command -v node >/dev/null || { echo "node is missing; install the Debian package nodejs." >&2; exit 2; }
case $way in PUT) copies=1 ;; tus) copies=2 ;; *) echo "PUT or tus, not '$way'." >&2; exit 2 ;; esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
free=$(($(df --output=avail -k "$work" | tail -n 1) / 1024))
[ "$free" -gt $((uploads * each * copies + 2048)) ] || { echo "$work has $free MiB free, needed are $((uploads * each * copies + 2048))." >&2; exit 2; }

dotnet build -c Release -v quiet --nologo src/AttributionRegistry.Server
node tests/load/uploads-memory.mjs src/AttributionRegistry.Server/bin/Release/net10.0/AttributionRegistry.Server.dll "$work/demo" 5092 "$way" "$uploads" "$each" "$limit"
