#!/usr/bin/env bash
# Shows live spans and metrics of real processes that nobody changed. Needs nothing but bash and apt.
set -euo pipefail
cd "$(dirname "$0")"
tools/install_deps.sh agent
exec make --no-print-directory -j 2 demo  # builds while apt installs what the demo runs
