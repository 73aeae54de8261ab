#!/usr/bin/env bash
# Installs every package the project needs: `install_deps.sh [agent|build|demo|test|peers|vm]...` (default: build, demo,
# test). `agent` is what the agent alone needs to be built, `build` that and what tests are built with.
# `install_deps.sh --libraries` only prints the names of the libraries.
# Quick when nothing is missing: one dpkg query. Debian 12 takes libbpf and bpftool from bookworm-backports,
# because its own libbpf (1.1) lacks uprobe.multi and tcx; Debian 13 and Ubuntu 24.04 have what is needed.
# Keep docs/dependencies.md in step with the lists below.
set -euo pipefail

agent_libraries=(
  libelf-dev zlib1g-dev libcap-dev
  libfmt-dev libspdlog-dev libyaml-cpp-dev libcli11-dev libre2-dev libabsl-dev
  libprotozero-dev libgrpc++-dev libprotobuf-dev libcurl4-openssl-dev
  prometheus-cpp-dev nlohmann-json3-dev
)
test_libraries=(libcpp-httplib-dev libgtest-dev libgmock-dev libbenchmark-dev liburing-dev)
agent=(g++ clang-19 llvm-19 make cmake ninja-build pkg-config ca-certificates "${agent_libraries[@]}")
build=("${agent[@]}" "${test_libraries[@]}" build-essential git ccache)
test=(
  clang-tidy-19 clang-format-19 libclang-rt-19-dev universal-ctags
  nginx-light apache2-utils wrk curl python3 python3-pytest python3-yaml nodejs prometheus valgrind procps iproute2
  psmisc openssl
)
# Servers and client libraries of the protocols that are understood.
peers=(
  redis-server redis-tools libhiredis-dev memcached libmemcached-dev
  postgresql mariadb-server mariadb-client libmariadb-dev python3-pymysql python3-mysqldb
  mosquitto mosquitto-clients nats-server rabbitmq-server python3-qpid-proton
  php-fpm haproxy rpcbind libtirpc-dev dnsmasq-base bind9-dnsutils bind9-host maven
)
# What may be here from elsewhere than Debian's packages, which then must not be installed over it.
python3 -m pip --version >/dev/null 2>&1 || peers+=(python3-pip)
command -v npm >/dev/null || peers+=(npm)
command -v javac >/dev/null || peers+=(default-jdk-headless)
demo=(nginx-light curl python3 nodejs)
vm=(qemu-system-x86 qemu-system-arm g++-aarch64-linux-gnu seabios busybox-static cpio xz-utils kmod e2fsprogs)

backports=(libbpf-dev bpftool)

if [ "${1:-}" = --libraries ]; then  # those that are linked, for building for another architecture
  printf '%s\n' "${agent_libraries[@]}" "${test_libraries[@]}" libbpf-dev
  exit 0
fi

. /etc/os-release
groups=("${@:-build demo test}")
wanted=()
for group in ${groups[*]}; do
  case $group in
    agent) wanted+=("${agent[@]}" "${backports[@]}") ;;
    build) wanted+=("${build[@]}" "${backports[@]}") ;;
    demo) wanted+=("${demo[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    peers) wanted+=("${peers[@]}") ;;
    vm) wanted+=("${vm[@]}") ;;
    *) echo "install_deps: unknown group '$group' (agent, build, demo, test, peers, vm)" >&2; exit 2 ;;
  esac
done

is_installed() {  # names of the packages in "$@" that are not fully installed, one a line
  dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' "$@" 2>/dev/null | awk '$2 == "ii" {print $1}' | sort -u
}
libbpf_ok() { dpkg --compare-versions "$(dpkg-query -W -f '${Version}' libbpf-dev 2>/dev/null || echo 0)" ge 1:1.4; }

missing=$(comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(is_installed "${wanted[@]}"))
if [[ " ${wanted[*]} " == *" libbpf-dev "* ]] && ! libbpf_ok; then missing+=$'\nlibbpf-dev'; fi
missing=$(sort -u <<<"$missing" | sed '/^$/d')
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ]; then
  echo "install_deps: these packages are missing and only root can install them:" $missing >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
# Servers are wanted as programs to run in tests, not as services of this host: keep apt from starting them.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
if [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 12 ]; then
  list=/etc/apt/sources.list.d/obi-backports.list
  if ! grep -qrs 'bookworm-backports' /etc/apt/sources.list /etc/apt/sources.list.d; then
    # The mirror that this machine already uses, one suite more.
    mirror=$(grep -rhoE '(https?|file)[^ ]*/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -n 1 | tr -d ' ' || true)
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keyring] ${mirror:?no Debian mirror in the apt sources} bookworm-backports main" >"$list"
  fi
fi
apt-get update -qq
if [ "${ID:-}${VERSION_ID:-}" = debian12 ]; then
  missing=$(sed -E 's#^(libbpf-dev|bpftool)$#&/bookworm-backports#' <<<"$missing")
fi
apt-get install -y -qq --no-install-recommends $missing
