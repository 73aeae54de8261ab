#!/usr/bin/env bash
# Runs all tests but the slow ones. Needs nothing but bash and apt: installs make, then everything the Makefile names.
set -euo pipefail
cd "$(dirname "$0")"
tools/install_deps.sh build test
exec make --no-print-directory test
