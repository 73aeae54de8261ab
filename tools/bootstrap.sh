# SPDX-License-Identifier: Apache-2.0
# Sourced by demo.sh and test.sh: makes sure that make and git exist on a bare Debian or Ubuntu.
if ! command -v make >/dev/null || ! command -v git >/dev/null; then
  if [ "$(id -u)" != 0 ]; then
    echo "make and git are missing and only root can install them: apt-get install make git" >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make git ca-certificates >/dev/null
fi
