# Installs what is missing. Sourced by scripts/run and scripts/test, which stand at the repository's top; bash 3.2 is enough.
# Everything it says goes to stderr, so that `./scripts/run ARGS` prints what `diary ARGS` prints and nothing else.

# What the wheels need of the system, and what the tests need besides: how to see that it is there, and Debian's package.
RUN_NEEDS="
lib:libportaudio.so.2 libportaudio2
lib:libGL.so.1 libgl1
lib:libEGL.so.1 libegl1
lib:libX11-xcb.so.1 libx11-xcb1
lib:libXext.so.6 libxext6
lib:libXrandr.so.2 libxrandr2
lib:libdbus-1.so.3 libdbus-1-3
lib:libdrm.so.2 libdrm2
lib:libfontconfig.so.1 libfontconfig1
lib:libgthread-2.0.so.0 libglib2.0-0
lib:libgssapi_krb5.so.2 libgssapi-krb5-2
lib:libbrotlidec.so.1 libbrotli1
lib:libpulse.so.0 libpulse0
lib:libxkbcommon.so.0 libxkbcommon0
lib:libxkbcommon-x11.so.0 libxkbcommon-x11-0
lib:libxcb-cursor.so.0 libxcb-cursor0
lib:libxcb-icccm.so.4 libxcb-icccm4
lib:libxcb-image.so.0 libxcb-image0
lib:libxcb-keysyms.so.1 libxcb-keysyms1
lib:libxcb-randr.so.0 libxcb-randr0
lib:libxcb-render-util.so.0 libxcb-render-util0
lib:libxcb-shape.so.0 libxcb-shape0
lib:libxcb-xkb.so.1 libxcb-xkb1
"
TEST_NEEDS="
cmd:gcc gcc
file:/usr/include/stdio.h libc6-dev
file:/usr/include/linux/videodev2.h linux-libc-dev
file:/usr/include/alsa/pcm_external.h libasound2-dev
file:/usr/share/pocketsphinx/test/data/librivox pocketsphinx-testdata
cmd:pulseaudio pulseaudio
cmd:pactl pulseaudio-utils
file:/usr/share/alsa/alsa.conf.d/50-pulseaudio.conf libasound2-plugins
cmd:Xvfb xvfb
cmd:openbox openbox
cmd:xdotool xdotool
cmd:chromium chromium
cmd:chromedriver chromium-driver
cmd:strace strace
cmd:dbus-daemon dbus-daemon
glob:/usr/libexec/at-spi-bus-launcher at-spi2-core
cmd:orca orca
cmd:speech-dispatcher speech-dispatcher
cmd:git git
cmd:node nodejs
cmd:npm npm
glob:/usr/lib/postgresql/*/bin/initdb postgresql
"
OLDEST_PYTHON="3, 11"

say() { printf '%s\n' "$*" >&2; }
give_up() { say "$@"; exit 1; }

# The first Python that is new enough.
find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11 python; do
    if "$name" -c "import sys; sys.exit(sys.version_info < ($OLDEST_PYTHON))" 2> /dev/null; then
      command -v "$name"
      return
    fi
  done
  return 1
}

is_there() { # KIND:WHAT
  case "$1" in
    lib:*) [[ "$LIBRARIES" == *$'\t'"${1#lib:} "* ]] ;;
    cmd:*) command -v "${1#cmd:}" > /dev/null ;;
    file:*) [ -e "${1#file:}" ] ;;
    glob:*) compgen -G "${1#glob:}" > /dev/null ;;
    module:*) "$PYTHON" -c "import ${1#module:}" 2> /dev/null ;;
  esac
}

# The Debian packages of a list of needs that are not there yet, in one line.
missing_packages() {
  local probe package found="" LIBRARIES
  LIBRARIES=$(ldconfig -p 2> /dev/null || /sbin/ldconfig -p)
  while read -r probe package; do
    [ -n "$probe" ] && ! is_there "$probe" && found="$found $package"
  done <<< "$1"
  printf '%s' "${found# }"
}

# Install Debian packages where we may; otherwise say what to type. Never fails: what is still missing shows later.
install_packages() {
  local as_root=() package
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2> /dev/null; then
    say "Some system packages are missing. Please type this line once, then start again:"
    say "  sudo apt-get install -y $1"
    return
  fi
  say "Installing system packages: $1"
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
  { "${as_root[@]}" update && "${as_root[@]}" install -y --no-install-recommends $1; } > "$INSTALL_LOG" 2>&1 < /dev/null && return
  say "They do not install together; trying them one by one."
  for package in $1; do
    "${as_root[@]}" install -y --no-install-recommends "$package" >> "$INSTALL_LOG" 2>&1 < /dev/null \
      || say "  $package cannot be installed here."
  done
}

system_needs() { # LIST
  local packages
  [ "$(uname -s)" = Linux ] || return 0
  packages=$(missing_packages "$1")
  [ -n "$packages" ] || return 0
  if command -v apt-get > /dev/null; then
    install_packages "$packages"
  else
    say "These are missing; please install what your system calls them (here by Debian's names): $packages"
  fi
}

checksum() { if command -v sha256sum > /dev/null; then sha256sum; else shasum -a 256; fi; }

# What the installation is made from: when any of it changes, it is made again. Kept fast: it runs at every start.
installation_stamp() { # LIST
  { printf '%s\n%s\n' "$PWD" "$1"; cat requirements.lock pyproject.toml scripts/install.sh
    cat scripts/models.lock scripts/captions.lock scripts/test-media.lock scripts/fetch_models.py
    cat tests/support/tus_node/package-lock.json; } | checksum
}

# Python packages into .venv. A half-made environment (the computer went off) is thrown away first.
install_python_packages() {
  if [ -e .venv/unfinished ]; then
    say "The last installation was interrupted; starting it afresh."
    rm -rf .venv
  fi
  mkdir -p .venv
  touch .venv/unfinished
  .venv/bin/python -m pip --version > /dev/null 2>&1 || "$PYTHON" -m venv --clear .venv >> "$INSTALL_LOG" 2>&1 || pip_failed
  touch .venv/unfinished
  say "Installing Python packages (the first time this takes a few minutes and about 2 GB of disk):"
  .venv/bin/python -m pip install --disable-pip-version-check --no-compile --only-binary :all: --require-hashes \
    -r requirements.lock 2>&1 | tee -a "$INSTALL_LOG" | show_progress
  [ "${PIPESTATUS[0]}" = 0 ] || pip_failed
  # On all processors, where pip would use one. Some packages carry files for other Pythons, which do not compile.
  .venv/bin/python -m compileall -q -j 0 .venv/lib/python*/site-packages >> "$INSTALL_LOG" 2>&1 || true
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . \
    >> "$INSTALL_LOG" 2>&1 || pip_failed
  rm .venv/unfinished
}

# What finds faces and hears speech. The app starts without it, so only the tests insist: install_models NAME
install_models() {
  local option=""
  [ "$1" != test ] || option=--tests
  say "Fetching the models that find faces and hear speech (3 MB)."
  [ "$1" != test ] || say "And the one that writes down speech, for the tests (133 MB)."
  .venv/bin/python scripts/fetch_models.py $option >> "$INSTALL_LOG" 2>&1 && return
  [ "$1" != test ] || pip_failed
  say "They did not come. The app works without them; it only gives fewer hints. To try again:"
  say "  .venv/bin/python scripts/fetch_models.py"
}

# What writes down speech, so that the app can make drafts of captions; only where somebody asks for it.
install_captions() {
  [ -e .venv/share/diary/models/whisper-base/model.bin ] \
    || say "Fetching the model that writes down speech, for captions (133 MB)."
  .venv/bin/python scripts/fetch_models.py --captions >&2 && return
  say "It did not come. The app works without it; the portal's staff write the captions then. To try again:"
  say "  ./scripts/run --captions"
}

# The tus server that the tests deliver to. npm checks every package against the hash in package-lock.json, and runs
# nothing of them. Where there is no npm, those tests are skipped and say so.
install_tus_server() {
  is_there cmd:npm || { say "There is no npm here, so nothing is tried against the tus server for Node."; return; }
  say "Fetching the tus server that the tests deliver to (2 MB)."
  (cd tests/support/tus_node && npm ci --omit=optional --ignore-scripts --no-audit --no-fund --no-update-notifier) \
    >> "$INSTALL_LOG" 2>&1 < /dev/null || pip_failed
}

# One line for every tenth package that arrives, and one when they are unpacked.
show_progress() {
  local line count=0 total
  total=$(grep -c '^[a-zA-Z0-9]' requirements.lock)
  while read -r line; do
    case "$line" in
      Collecting* | Processing*)
        count=$((count + 1))
        [ $((count % 10)) != 0 ] || say "  $count of about $total"
        ;;
      "Installing collected packages"*) say "  All are here; unpacking them (about a minute)." ;;
    esac
  done
}

pip_failed() {
  say "The installation did not finish. The last lines were:"
  tail -n 6 "$INSTALL_LOG" | sed 's/^/  /' >&2
  give_up "Check the internet connection and the room on the disk, then start again. All is in $INSTALL_LOG"
}

# Everything for this list of needs, or nothing at all when it was done before: install NAME LIST
install() {
  local stamp_file=".venv/installed-$1" stamp
  stamp=$(installation_stamp "$2")
  if [ -e "$stamp_file" ] && [ "$(cat "$stamp_file")" = "$stamp" ] && [ ! -e .venv/unfinished ]; then
    return
  fi
  PYTHON=$(find_python) || give_up "This needs Python 3.11 or newer, and there is none here. On Debian 12 or Ubuntu 24.04: sudo apt-get install -y python3"
  INSTALL_LOG=$(mktemp "${TMPDIR:-/tmp}/diary-install.XXXXXX")
  system_needs "module:ensurepip $("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
$2"
  is_there module:ensurepip || give_up "Python cannot make an environment for the app before that."
  install_python_packages
  install_models "$1"
  [ "$1" != test ] || install_tus_server
  try_it
  printf '%s\n' "$stamp" > "$stamp_file"
  rm -f "$INSTALL_LOG"
  say "Everything is installed."
}

# The first use of what was installed: a missing system package shows here, with its name.
try_it() {
  local trouble
  trouble=$(.venv/bin/python -c 'import av, cv2, sounddevice, PySide6.QtMultimedia, PySide6.QtWidgets' 2>&1) \
    || give_up "Something of the system is still missing: $(tail -n 1 <<< "$trouble")"
}
