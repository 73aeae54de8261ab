#!/usr/bin/env bash
# Builds the collector with the Go module proxy into a cache folder and prints the binary's path. Quick when it is there.
set -euo pipefail
cache=${XDG_CACHE_HOME:-$HOME/.cache}/obi/otelcol
binary=$cache/build/otelcol
manifest=$(dirname "$(readlink -f "$0")")/builder.yaml
if [ ! -x "$binary" ] || ! cmp -s "$manifest" "$cache/builder.yaml"; then
  command -v go >/dev/null || { echo "the collector needs Go to be built" >&2; exit 1; }
  mkdir -p "$cache"
  rm -f "$binary"
  cp "$manifest" "$cache/"
  (
    cd "$cache"
    GOBIN=$cache/bin go install go.opentelemetry.io/collector/cmd/builder@v0.150.0
    bin/builder --config=builder.yaml
  ) >"$cache/build.log" 2>&1 || { tail -n 20 "$cache/build.log" >&2; exit 1; }
fi
echo "$binary"
