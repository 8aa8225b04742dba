# The one home of the set-up: sourced by run.sh, test.sh and .ci/run, never run.
#
# Offers `install_packages GROUP...`, `install_npm_packages` and `build PRESET [TARGET...]`. They do
# nothing, and say nothing, when there is nothing to do; whatever they say goes to stderr.
# shellcheck shell=bash disable=SC2034  # packages_GROUP is read through its name

heaptally_root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")

# To configure, build and use heaptally. docs/dependencies.md says what each is for.
packages_build=(
  g++ cmake ninja-build pkg-config
  libunwind-dev libunwind8 libdw-dev libelf-dev libiberty-dev libdebuginfod1
  libsqlite3-dev libzstd-dev zlib1g-dev libprotozero-dev libfmt-dev libcli11-dev nlohmann-json3-dev
  libgtest-dev libbenchmark-dev python3 dpkg-dev file
  libimgui-dev libglfw3-dev libgl-dev libstb-dev fonts-dejavu-core
)
# To build all samples; without them, CMake leaves out those that need more.
packages_samples=(
  clang libasio-dev libpcre2-dev libre2-dev libsimdjson-dev
)
# What the tests record, compare with, or make programs with.
packages_test=(
  bash-completion binutils bsdextrautils chromium chromium-driver debuginfod elfutils git
  golang-go groff-base heaptrack imagemagick jq libc6-dbg libc6-i386 libcap2-bin libclang-rt-14-dev
  libjemalloc-dev libjemalloc2 libxml2-utils make man-db mandoc musl-tools perl python3-selenium
  redis-server redis-tools shellcheck sqlite3 util-linux valgrind wrk xauth xdotool xvfb zsh zstd
)
# What brings npm, where it is not there by other means.
packages_npm=(
  nodejs npm
)
# What only .ci/run needs.
packages_ci=(
  clang-format clang-tidy git
)

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  say "$@"
  exit 1
}

# Installs those packages of the groups (build, samples, test, npm, ci) that are missing. Names that
# are found installed cost one dpkg-query, and no apt.
install_packages() {
  local group package known wanted=() missing=() as_root=()
  for group in "$@"; do
    local -n packages=packages_$group
    wanted+=("${packages[@]}")
  done

  known=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null) || true
  for package in "${wanted[@]}"; do
    [[ $'\n'$known$'\n' == *$'\n'"$package installed"$'\n'* ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0

  command -v apt-get >/dev/null ||
    die "missing packages: ${missing[*]}; there is no apt-get here, install them yourself"
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "missing packages: ${missing[*]}; run this as root once, or install sudo"
    as_root=(sudo)
  fi
  # What arrives may change what CMake finds, so what was configured without it is stale.
  rm -f -- "$heaptally_root"/build/build.ninja "$heaptally_root"/build/*/build.ninja

  say "installing with apt: ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update </dev/null >&2 || say "apt-get update failed; trying with the lists at hand"
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2 ||
    die "apt-get could not install: ${missing[*]}; its reason is above"
}

# Installs what tests/e2e/npm/package-lock.json names, exactly that, into build/npm.
install_npm_packages() {
  local from=$heaptally_root/tests/e2e/npm to=$heaptally_root/build/npm
  cmp -s -- "$from/package-lock.json" "$to/installed.json" && return
  command -v npm >/dev/null || install_packages npm
  say "installing with npm into ${to#"$heaptally_root"/}"
  mkdir -p -- "$to"
  cp -- "$from/package.json" "$from/package-lock.json" "$to"
  npm ci --prefix "$to" --ignore-scripts --no-audit --no-fund </dev/null >&2 ||
    die "npm could not install what $from/package-lock.json names; its reason is above"
  cp -- "$to/package-lock.json" "$to/installed.json"
}

# Where a preset of CMakePresets.json builds.
build_folder() {
  case $1 in
    release) printf '%s\n' "$heaptally_root/build" ;;
    *) printf '%s\n' "$heaptally_root/build/$1" ;;
  esac
}

# Configures (if that was not done, or the presets or the project's place changed) and
# builds the targets, or all of them.
build() {
  local preset=$1 folder plan
  shift
  folder=$(build_folder "$preset")
  # After packages changed, too: what was not found before may be there now.
  if [[ ! $folder/build.ninja -nt $heaptally_root/CMakePresets.json ]] ||
    [[ ! $folder/build.ninja -nt /var/lib/dpkg/status ]] ||
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$heaptally_root" "$folder/CMakeCache.txt"; then
    say "configuring ${folder#"$heaptally_root"/} (preset $preset)"
    cmake -S "$heaptally_root" --preset "$preset" --fresh --log-level=WARNING </dev/null >&2 ||
      die "CMake could not configure; its reason is above"
  fi
  plan=$(ninja -C "$folder" -n "$@" 2>/dev/null </dev/null) || true
  [[ $plan == *'ninja: no work to do.' ]] && return
  say "building ${folder#"$heaptally_root"/}"
  ninja -C "$folder" "$@" </dev/null >&2 || die "the build failed; its reason is above"
}
