#!/usr/bin/env bash
# The demo: nginx in front of a Python and a Node.js service that call each other, a small load, and the agent watching.
# Ends by itself after DEMO_SECONDS (default 12) or on Ctrl-C; leaves nothing behind.
# DEMO_RECORD=FILE also keeps a redacted recording of it.
set -euo pipefail
cd "$(dirname "$0")/.."
agent=$PWD/build-release/bin/ebpf-instrument
seconds=${DEMO_SECONDS:-12}
python=/usr/bin/python3

why_not=
if [ "$(id -u)" != 0 ]; then
  why_not="loading BPF programs needs root"
elif ! why_not=$("$agent" --probe 2>&1); then
  why_not=${why_not:-"this kernel refuses to load BPF programs"}
else
  why_not=
fi
if [ -n "$why_not" ]; then
  echo "No live tracing here: $why_not. Showing a recorded capture of the same demo instead."
  echo
  spans=$(mktemp)
  OTEL_EBPF_TRACE_PRINTER=text "$agent" --replay demo/recording.obiseg 2>/dev/null >"$spans"
  head -n 40 "$spans"
  echo "… $(wc -l <"$spans") spans in all"
  echo
  $python demo/red_table.py - <"$spans"
  rm -f "$spans"
  exit 0
fi

pick_port() { $python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
folder=$(mktemp -d)
chmod 755 "$folder"
front=$(pick_port) shop=$(pick_port) stock=$(pick_port) metrics=$(pick_port)
pids=()
cleanup() {
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT TERM

mkdir "$folder/assets"
echo '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>' >"$folder/assets/logo.svg"
sed -e "s#@FOLDER@#$folder#; s#@FRONT@#$front#; s#@SHOP@#$shop#" demo/nginx.conf >"$folder/nginx.conf"
nginx -e "$folder/error.log" -c "$folder/nginx.conf" -p "$folder" & pids+=($!)
$python demo/shop.py "$shop" "$stock" & pids+=($!)
node demo/stock.js "$stock" "$shop" & pids+=($!)

echo "nginx (:$front) -> shop.py (:$shop) <-> stock.js (:$stock) are running, unchanged. The agent starts and shows their requests:"
echo
record=()
[ -z "${DEMO_RECORD:-}" ] || record=(--record "$DEMO_RECORD" --record-redact)
DEMO_FRONT_PORT=$front DEMO_METRICS_PORT=$metrics "$agent" --config demo/config.yaml "${record[@]}" 2>"$folder/log" & agent_pid=$!
pids+=("$agent_pid")
url=http://127.0.0.1:$metrics/metrics
for _ in $(seq 100); do curl -s -o "$folder/none" "$url" && break; sleep 0.1; done
sleep 0.5
$python demo/load.py "$front" "$seconds"
sleep 1

echo
echo "Requests, errors and durations per service and route, from $url :"
echo
$python demo/red_table.py "$url"
echo
echo "The agent's own account (every segment and request it saw, and what became of them):"
kill -TERM "$agent_pid"
wait "$agent_pid" || true
grep -E 'level=(warn|error)' "$folder/log" || true
grep -o ' summary .*' "$folder/log" | tr ' ' '\n' | grep -E '^[a-z_]+=[1-9]' | paste -sd' ' | fold -sw 110 | sed 's/^/  /'
