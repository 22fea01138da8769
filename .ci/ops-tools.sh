#!/usr/bin/env bash
# Gets what the tests of the operator's files run: promtool, prometheus, amtool and alertmanager. Tests that miss one say so in their names
# and are skipped. Ways, the first that works:
#
#   1. they are there: built by an earlier run or by `npm run test:stack`, or new enough on the PATH;
#   2. Debian's packages, unpacked into the cache, about two minutes. Only as root on Debian, from the mirror that the machine uses;
#      from `sid`, since stable has Prometheus 2. Nothing is installed but Alertmanager's default templates, which it looks for in /usr/share;
#   3. Go builds them, once, in five to twenty minutes. `.ci/ops-tools.sh --build` goes straight to this: these are the pinned versions.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/mcp-otelkit
readonly PACKAGES=(prometheus/sid promtool/sid prometheus-alertmanager/sid)

missing() { npx --no-install tsx test/ops/main.ts --missing; }

unpack_from_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get dpkg-deb >/dev/null && grep -q '^ID=debian' /etc/os-release || return 1
  local mirror work=$CACHE/ops.$$
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/\?$') || return 1
  mkdir -p "$work"/{lists,cache}/partial "$work/cache/archives/partial" "$work/debs"
  trap 'rm -rf "$work"' RETURN
  echo "deb $mirror sid main" >"$work/sources.list"
  cat >"$work/apt.conf" <<CONF
Dir::State::Lists "$work/lists";
Dir::Cache "$work/cache";
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
APT::Sandbox::User "root";
CONF
  apt-get -qq -c "$work/apt.conf" update && (cd "$work/debs" && apt-get -qq -c "$work/apt.conf" download "${PACKAGES[@]}") || return 1
  local package
  for package in "$work"/debs/*.deb; do dpkg-deb -x "$package" "$work/root" || return 1; done
  rm -rf "$CACHE/ops" && mv "$work/root" "$CACHE/ops"
  mkdir -p /usr/share/prometheus && cp -rn "$CACHE/ops/usr/share/prometheus/alertmanager" /usr/share/prometheus/
}

lacks=$(missing)
if [ -n "$lacks" ] && [ "${1:-}" != --build ]; then
  echo "missing: $lacks"
  unpack_from_debian || echo "Debian's packages cannot be had here"
  lacks=$(missing)
fi
if [ -n "$lacks" ] || [ "${1:-}" = --build ]; then
  if command -v go >/dev/null; then npx --no-install tsx test/ops/main.ts; else echo "no Go either: the tests that need ${lacks:-them} are skipped"; fi
fi
npx --no-install tsx test/ops/main.ts --found
