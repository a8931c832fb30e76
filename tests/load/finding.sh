#!/usr/bin/env bash
# Published finding ÷ bare Kestrel that answers with as many constant bytes, in one interleaved run: medians of several rounds.
# Usage: bash tests/load/finding.sh [rounds] [seconds] [connections]
# Needs wrk (Debian package wrk). Loopback only; it ends the two servers that it starts.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-5} seconds=${2:-4} connections=${3:-64}
command -v wrk >/dev/null || { echo "wrk is missing; install the Debian package wrk." >&2; exit 1; }

work=$(mktemp -d)
servers=()
trap 'for p in "${servers[@]}"; do kill "$p" 2>/dev/null || true; done; wait; rm -rf "$work"' EXIT

dotnet build -c Release -v quiet src/AttributionRegistry.Server
dotnet build -c Release -v quiet tests/AttributionRegistry.Benchmarks

# The limit on requests stays in the path and is only set high: what is measured is the whole of the server.
dotnet src/AttributionRegistry.Server/bin/Release/net10.0/AttributionRegistry.Server.dll demo \
  --Registry:DataPath="$work/demo" --Registry:RateLimit:AnonymousPermitsPerMinute=1000000000 \
  --urls http://127.0.0.1:5090 >"$work/server" 2>&1 &
servers+=($!)
for _ in $(seq 240); do grep -q '^Ready' "$work/server" && break; sleep 1; done
grep -q '^Ready' "$work/server" || { cat "$work/server"; exit 1; }

finding=http://127.0.0.1:5090/v1/findings/AR-$(date -u +%Y)-0001
list=http://127.0.0.1:5090/v1/findings
bytes=$(curl -fsS "$finding" | wc -c)
etag=$(curl -fsSI "$finding" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')

dotnet tests/AttributionRegistry.Benchmarks/bin/Release/net10.0/AttributionRegistry.Benchmarks.dll bare 5091 "$bytes" >"$work/bare" 2>&1 &
servers+=($!)
for _ in $(seq 50); do curl -fs -o "$work/x" http://127.0.0.1:5091/ && break; sleep 0.2; done

rate() { # seconds url [header]
  wrk -t1 -c"$connections" -d"$1s" ${3:+-H "$3"} "$2" >"$work/wrk"
  if grep -q 'Non-2xx' "$work/wrk" && [ -z "${3:-}" ]; then cat "$work/wrk" >&2; return 1; fi
  sed -n 's/^Requests\/sec: *//p' "$work/wrk"
}
median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }

echo "finding of $bytes bytes, $connections connections, $rounds rounds of $seconds s (and one not counted)"
rate "$seconds" http://127.0.0.1:5091/ >/dev/null; rate "$seconds" "$finding" >/dev/null; rate "$seconds" "$finding" "If-None-Match: $etag" >/dev/null
for round in $(seq "$rounds"); do
  bare=$(rate "$seconds" http://127.0.0.1:5091/)
  ours=$(rate "$seconds" "$finding")
  same=$(rate "$seconds" "$finding" "If-None-Match: $etag")
  page=$(rate "$seconds" "$list")
  echo "round $round: bare $bare/s, finding $ours/s, 304 $same/s, list $page/s"
  awk "BEGIN {print $ours/$bare}" >>"$work/finding"; awk "BEGIN {print $same/$bare}" >>"$work/same"; awk "BEGIN {print $page/$bare}" >>"$work/list"
done
echo "finding ÷ bare Kestrel: $(median <"$work/finding")  (goal 0.9)"
echo "304 ÷ bare Kestrel:     $(median <"$work/same")  (goal 0.95)"
echo "list ÷ bare Kestrel:    $(median <"$work/list")  (no goal: read for each request)"
