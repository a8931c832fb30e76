#!/usr/bin/env bash
# Ten thousand random histories of a voting round on a real store, against the model. A failing history is printed as short as it gets.
# Usage: bash tests/load/histories.sh [seed] [histories]
# The ordinary test run takes 150 of them. Whether bytes survive a power cut is not what this asks, so the stores lie in memory if they can.
set -euo pipefail
cd "$(dirname "$0")/../.."
seed=${1:-20261124} histories=${2:-10000}
[ -w /dev/shm ] && export TMPDIR=/dev/shm
echo "seed $seed, $histories histories"
[ -n "${NO_BUILD:-}" ] || dotnet build -v quiet -nologo tests/AttributionRegistry.Server.Tests
time REGISTRY_HISTORIES_SEED=$seed REGISTRY_HISTORIES=$histories dotnet test tests/AttributionRegistry.Server.Tests --no-build -nologo \
  --filter "FullyQualifiedName~RoundHistoryTests" --logger "console;verbosity=detailed"
