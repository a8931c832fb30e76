#!/usr/bin/env bash
# Kills a store at every durable call of an act and of a first start, again until so many processes were killed (1,000 unless told otherwise),
# and holds everything that was ever acknowledged or signed against what is left. Takes about half an hour on two idle cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -shared -fPIC -O1 -o "$work/faults.so" tests/crash/faults.c -ldl
dotnet build tests/AttributionRegistry.Storage.Tests -v quiet
dotnet tests/AttributionRegistry.Storage.Tests/bin/Debug/net10.0/AttributionRegistry.Storage.Tests.dll faults "$work/faults.so" --kills "${1:-1000}"
