#!/usr/bin/env bash
# Builds everything, runs every test, and closes with one line of its own: "N passed, N failed, N skipped".
# Needs the .NET SDK; what else a test needs is installed below when this runs as root, else named.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

need() { # command package
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" = 0 ]; then
    apt-get update -qq && apt-get install -y -qq "$2" >/dev/null && command -v "$1" >/dev/null && return
  fi
  echo "tests/run.sh: '$1' is missing; install the Debian package '$2' and run again." >&2
  exit 1
}
need curl curl
need clamd clamav-daemon
need openssl openssl
need node nodejs
need npm npm
need cc gcc

command -v dotnet >/dev/null || { echo "tests/run.sh: the .NET 10 SDK is missing." >&2; exit 1; }

work=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

dotnet build AttributionRegistry.sln -v quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

for project in tests/*.Tests; do
  echo "== $project"
  dotnet test "$project" --no-build --nologo --logger "console;verbosity=minimal" 2>&1 | tee "$work/out"
  line=$(grep -E '^(Passed|Failed|Skipped)!' "$work/out" | tail -n 1)
  if [ -z "$line" ]; then
    echo "$project ended without a result."
    failed=$((failed + 1))
    continue
  fi
  count() { sed -E "s/.*$1: *([0-9]+).*/\1/" <<<"$line"; }
  failed=$((failed + $(count Failed))) passed=$((passed + $(count Passed))) skipped=$((skipped + $(count Skipped)))
done

# The demo as a stranger meets it: the real server process, the command-line tool, nothing shared with the tests above.
check() { # name command…
  local name=$1; shift
  if "$@" >"$work/check" 2>&1; then
    passed=$((passed + 1)); echo "ok   $name"
  else
    failed=$((failed + 1)); echo "FAIL $name"; tail -n 20 "$work/check"
  fi
}
start() {
  dotnet src/AttributionRegistry.Server/bin/Debug/net10.0/AttributionRegistry.Server.dll demo \
    --Registry:DataPath="$work/demo" --urls http://127.0.0.1:5089 >"$work/server" 2>&1 &
  server=$!
  for _ in $(seq 240); do
    grep -q '^Ready' "$work/server" && return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 1
  done
  cat "$work/server"; return 1
}
stop() { kill "$server"; wait "$server" 2>/dev/null; server=; }
bag_holds() ( # every file of the manifests with its digest, no payload beside them, and as many bytes as bag-info.txt says
  mkdir -p "$work/bag" && tar xf "$work/bag.tar" -C "$work/bag" && cd "$work/bag/$incident" || return 1
  sha256sum --strict --quiet -c manifest-sha256.txt && sha256sum --strict --quiet -c tagmanifest-sha256.txt || return 1
  [ "$(find data -type f | wc -l)" = "$(wc -l <manifest-sha256.txt)" ] && [ -s manifest-sha256.txt ] || return 1
  grep -qx "Payload-Oxum: $(find data -type f -printf '%s\n' | awk '{n+=$1} END {print n}').$(wc -l <manifest-sha256.txt)" bag-info.txt
)
registry() { dotnet src/AttributionRegistry.Server/bin/Debug/net10.0/AttributionRegistry.Server.dll "$@"; }
cli() { dotnet src/AttributionRegistry.Cli/bin/Debug/net10.0/attribution.dll "$@"; }
findings() { curl -fsS http://127.0.0.1:5089/v1/findings | grep -o '"number":"AR-' | wc -l; }
has() { curl -fsS "http://127.0.0.1:5089$1" | grep -q "$2"; }
echo "== the demo"
check "the demo loads its cases and is ready" start
check "five findings are published" test "$(findings)" = 5
check "one finding is inconclusive" has "/v1/findings?outcome=inconclusive" '"number":"AR-'
check "one finding is not crosscheckable" has /v1/findings '"crosscheckable":false'
check "every finding carries the exercise banner" has /v1/findings/AR-"$(date -u +%Y)"-0001 'EXERCISE on public reporting'
for n in 1 2 3 4 5; do
  check "a stranger verifies finding $n" cli verify "http://127.0.0.1:5089/v1/findings/AR-$(date -u +%Y)-000$n"
done
vkey=$(curl -fsS http://127.0.0.1:5089/log/vkey)
for n in 1 2 3 4 5; do
  check "the bundle of finding $n is fetched" curl -fsS -o "$work/bundle$n.zip" "http://127.0.0.1:5089/v1/findings/AR-$(date -u +%Y)-000$n/bundle"
done
check "a stranger audits the whole log" cli log audit http://127.0.0.1:5089
check "a monitor takes the log as its first run" cli log monitor http://127.0.0.1:5089 --state "$work/monitor"
check "a mirror takes log and findings, each of them verified" cli mirror http://127.0.0.1:5089 "$work/mirror"
check "the mirror's log is audited from its folder, and grew from what the monitor kept" cli log audit "$work/mirror" --since "$work/monitor/checkpoint"
incident=$(curl -fsS http://127.0.0.1:5089/v1/incidents | grep -o 'inc_[0-9a-f]*' | head -n 1)
check "the custodian exports the evidence of a case" cli evidence export "$incident" --out "$work/bag.tar" \
  --server http://127.0.0.1:5089 --credentials "$work/demo/demo-credentials.json" --as "Chidi, custodian"
check "sha256sum accepts every file of the bag" bag_holds
check "the bag says that it is one" diff <(printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n') "$work/bag/$incident/bagit.txt"
stop
for n in 1 2 3 4 5; do
  check "a stranger verifies the bundle of finding $n without the server" cli verify "$work/bundle$n.zip" --vkey "$vkey"
done
check "the doctor finds the stopped demo sound" registry doctor --data "$work/demo" --keys "$work/demo-keys"
check "a second start is ready" start
check "a second start finds the five findings and loads none twice" test "$(findings)" = 5
stop
echo "== faults"
check "the faults compile" cc -shared -fPIC -O1 -o "$work/faults.so" tests/crash/faults.c -ldl
check "a store survives kills, torn writes, failing disks and power cuts at each durable call of an act" \
  dotnet tests/AttributionRegistry.Storage.Tests/bin/Debug/net10.0/AttributionRegistry.Storage.Tests.dll faults "$work/faults.so"
echo "== uploads"
check "the packages of the upload tests are the pinned ones" npm ci --prefix tests/uploads --ignore-scripts --no-audit --no-fund
check "tus-js-client and the command line upload through cuts and kills of the server" node tests/uploads/upload.mjs \
  src/AttributionRegistry.Server/bin/Debug/net10.0/AttributionRegistry.Server.dll src/AttributionRegistry.Cli/bin/Debug/net10.0/attribution.dll "$work/demo" 5089
check "the command line recounts the fifty tally cases" cli tally tests/vectors/tally-dev.json
check "the scripts of the pages hold to the vectors" node --test tests/pages
node tests/pages/differential.mjs 500 1 >"$work/random.json"
check "the command line counts 500 random cases as the scripts of the pages do" cli tally "$work/random.json"

echo "== the doctor, a browser, a judge"
skip() { skipped=$((skipped + 1)); echo "skip $1: $2"; } # name reason
need chromium chromium
check "the packages of the browser test are the pinned ones" npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund
check "the demo is ready once more" start
check "the doctor finds the running demo sound from outside" cli doctor --server http://127.0.0.1:5089 \
  --credentials "$work/demo/demo-credentials.json" --as "Chidi, custodian"
check "the packages of the judges are the pinned ones" npm ci --prefix tests/judges --ignore-scripts --no-audit --no-fund
check "the published schemas of events judge every entry of the log" node tests/judges/events.mjs http://127.0.0.1:5089
check "members vote and readers recount by page, and what was tampered with is named" node tests/browser/pages.mjs \
  http://127.0.0.1:5089 "$work/demo" "$PWD/src/AttributionRegistry.Cli/bin/Debug/net10.0/attribution.dll"
check "every public page is valid, accessible in both colour schemes, fits 360 px and runs no script" node tests/browser/site.mjs http://127.0.0.1:5089
stop
check "hostile files run nothing in a real Chromium" node tests/browser/hostile.mjs \
  src/AttributionRegistry.Server/bin/Debug/net10.0/AttributionRegistry.Server.dll "$work/demo" 5089 "$(command -v chromium)"
shared= above=$PWD # where third-party files are that are not part of this repository
while [ "$above" != / ] && [ -z "$shared" ]; do
  above=$(dirname "$above")
  [ -f "$above/shared/data/PROVENANCE.md" ] && shared=$above/shared/data
done
if [ -n "$shared" ]; then
  check "the published schemas judge STIX bundles as the registry does" node tests/judges/stix.mjs \
    src/AttributionRegistry.Server/bin/Debug/net10.0/AttributionRegistry.Server.dll "$work/demo" 5089 "$shared"
else
  skip "the published schemas judge STIX bundles as the registry does" "there is no shared/data beside this repository"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
