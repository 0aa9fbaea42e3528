#!/bin/sh
# run.sh test-page.mjs|test-story.mjs|…: one of the browser tests (TAP), and afterwards its traffic judged by Discord's own description.
# The page's own test brings its bot along; all others are played against the running daemon.
# Needs MAGIKAL_BUILD_DIR and MAGIKAL_SOURCE_DIR, Chromium, and the packages of "make browser-tools" and "make schema-tools".
here=$(cd "$(dirname "$0")" && pwd)
script=${1:-test-page.mjs}

skip() {
        echo "1..0 # SKIP $1"
        exit 77
}

command -v node >/dev/null || skip 'node is not installed'
[ -d "$here/node_modules/playwright-core" ] || skip 'packages are not installed; "make browser-tools" fetches them from the npm registry'
[ -x "${MAGIKAL_CHROMIUM:-/usr/bin/chromium}" ] || skip 'Chromium is not installed; MAGIKAL_CHROMIUM names another one'

if [ "$script" = behind.py ]; then
        exec python3 "$here/behind.py"
fi
if [ "$script" != test-page.mjs ]; then
        exec python3 "$here/story.py" "$script"
fi

MAGIKAL_TRAFFIC=$(mktemp) || exit 1
export MAGIKAL_TRAFFIC
trap 'rm -f "$MAGIKAL_TRAFFIC"' EXIT

node "$here/$script"
status=$?

# discord.js adds members that Discord ignores
node "$MAGIKAL_BUILD_DIR/tests/schema/validate.mjs" --allow-more "$MAGIKAL_TRAFFIC"
case $? in
0|77) ;;
*) status=1 ;;
esac
exit $status
