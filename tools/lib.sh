# Shared by tools/test and tools/demo: what the build needs, and the build. To be sourced, from bash.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Debian 12, Debian 13 and Ubuntu 24.04 have these packages under these names; others that use apt probably too.
# A command that is there counts, wherever it came from; of libraries only the package is known.
needed_commands=(cmake:cmake ninja:ninja-build ccache:ccache python3:python3)
needed_libraries=(libboost-program-options-dev libboost-dev libeigen3-dev nlohmann-json3-dev catch2 zlib1g-dev)
notebook_packages=(python3-nbclient python3-nbformat python3-ipykernel python3-pandas python3-matplotlib)

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root, and there is no sudo: $*"
  fi
}

# install PACKAGE...: says what, then installs. Gives back apt's exit code.
install() {
  say "installing with apt-get: $*"
  # With no lists at all, or old ones, the packages may not be found.
  as_root apt-get update -q &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# prepare COMPILER [npm | notebooks]: makes sure that everything is there to build with COMPILER; with "npm" also what
# bundles the report's interactive charts, if it can be had; with "notebooks" also what executes the notebooks.
prepare() {
  local compiler=$1 wish=${2:-} missing=() pair name=unknown
  case $compiler in
    g++*) needed_commands+=("$compiler:g++") ;;
    clang++*) needed_commands+=("$compiler:clang") ;;
    *) needed_commands+=("$compiler:$compiler") ;;
  esac
  [ "$wish" != notebooks ] || needed_libraries+=("${notebook_packages[@]}")
  for pair in "${needed_commands[@]}"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ -r /etc/os-release ] && name=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-unknown}")

  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "this system ($name) has no apt-get; what is needed, by its Debian name:"
    say "  ${needed_commands[*]#*:} ${needed_libraries[*]}"
    [ "${#missing[@]}" -eq 0 ] || die "not found: ${missing[*]}"
    return
  fi
  case $name in
    "Debian GNU/Linux 12"* | "Debian GNU/Linux 13"* | "Ubuntu 24.04"*) ;;
    *) say "$name is not one of the systems this was written for (Debian 12, 13, Ubuntu 24.04); trying all the same" ;;
  esac
  for name in "${needed_libraries[@]}"; do
    is_installed "$name" || missing+=("$name")
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    install "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
  fi
  if [ "$wish" = npm ] && [ -z "${FLATLINE_NO_NPM:-}" ] && ! command -v npm >/dev/null; then
    say "npm bundles the report's interactive charts; FLATLINE_NO_NPM=1 leaves it out"
    install nodejs npm || say "npm could not be installed: the report will have static charts only"
  fi
}

# How many cores this process may use.
cores() { nproc 2>/dev/null || echo 1; }

# build PRESET COMPILER [TARGET]: configures and builds; sets build_folder.
build() {
  local preset=$1 compiler=$2 target=${3:-all}
  build_folder=$root/build/$preset
  [ "$compiler" = g++ ] || build_folder+=-$(basename "$compiler")
  say "building into ${build_folder#"$root"/} ($preset, $compiler)"
  (
    cd "$root"
    cmake --preset "$preset" -B "$build_folder" -DCMAKE_CXX_COMPILER="$compiler"
    cmake --build "$build_folder" --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(cores)}" --target "$target"
  )
}
