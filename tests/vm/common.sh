# Sourced by the scripts beside it: where things are kept, and how packages are fetched without installing them.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/obi/vm

# The Debian mirror that this host uses.
debian_mirror() {
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/*$')
  echo "${mirror%/}"
}

# apt_open FOLDER ARCH SUITE...: an apt configuration of its own in FOLDER, which knows of no installed package; afterwards
# "${apt_options[@]}" makes apt-get and apt-cache use it.
apt_open() {
  local folder=$1 arch=$2 mirror uri suite
  shift 2
  mirror=$(debian_mirror)
  mkdir -p "$folder"/{lists,cache/archives/partial,debs}
  : >"$folder/status"
  for suite in "$@"; do
    uri=$mirror
    [[ $suite == *-security ]] && uri=${mirror%/debian}/debian-security
    echo "deb [arch=$arch signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
  done >"$folder/sources.list"
  apt_options=(-o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=- -o Dir::Etc::preferencesparts=/dev/null
    -o "Dir::State::lists=$folder/lists" -o "Dir::State::status=$folder/status" -o "Dir::Cache=$folder/cache"
    -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root)
  apt-get "${apt_options[@]}" update -qq >&2
}

# unpack_with_dependencies ROOT APT_ARGUMENT...: what `apt-get install` would install, unpacked into ROOT; no maintainer
# script runs.
unpack_with_dependencies() {
  local root=$1 deb
  shift
  apt-get "${apt_options[@]}" -qq -y --no-install-recommends --download-only install "$@" >&2
  mkdir -p "$root"/usr/{bin,sbin,lib}
  for deb in bin sbin lib; do [ -e "$root/$deb" ] || ln -s "usr/$deb" "$root/$deb"; done
  for deb in "$(dirname "${apt_options[1]#*=}")"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink
  done
}

# kernel_row NAME: its line of kernels.tsv.
kernel_row() {
  grep -P "^\Q$1\E\t" "$(dirname "${BASH_SOURCE[0]}")/kernels.tsv" || { echo "no kernel '$1' in kernels.tsv" >&2; exit 2; }
}

# busybox_of ARCH: a busybox for that architecture that needs no library.
busybox_of() {
  local arch=$1 folder=$cache/busybox-$1
  if [ ! -x "$folder/bin/busybox" ]; then
    apt_open "$cache/apt/busybox-$arch" "$arch" "$(. /etc/os-release && echo "$VERSION_CODENAME")"
    (cd "$cache/apt/busybox-$arch/debs" && apt-get "${apt_options[@]}" download -qq busybox-static >&2)
    dpkg -x "$cache"/apt/busybox-"$arch"/debs/busybox-static_*.deb "$folder" && rm -rf "$cache/apt/busybox-$arch"
  fi
  echo "$folder/bin/busybox"
}
