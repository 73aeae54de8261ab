#!/usr/bin/env bash
# Shows live spans and metrics of real processes that nobody changed. Needs nothing but bash and apt.
set -euo pipefail
cd "$(dirname "$0")"
. tools/bootstrap.sh
exec make --no-print-directory demo
