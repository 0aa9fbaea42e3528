#!/bin/sh
# fault-points.def names exactly the points that stand in the sources as FAULT("name"). Speaks TAP.

cd "${MAGIKAL_SOURCE_DIR:-.}" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

sed -n 's/^FAULT_POINT("\([^"]*\)".*/\1/p' include/magikal/fault-points.def | sort >"$work/listed"
find src -name '*.[ch]' -exec grep -ho 'FAULT("[^"]*")' {} + | sed 's/.*"\(.*\)".*/\1/' | sort -u >"$work/used"

echo 1..2
sort -u "$work/listed" | cmp -s - "$work/listed" && echo "ok 1 - each point is listed once" || echo "not ok 1 - each point is listed once"
if diff "$work/listed" "$work/used" >"$work/diff"; then
        echo "ok 2 - what is listed is what stands in the sources"
else
        echo "not ok 2 - what is listed is what stands in the sources"
        sed 's/^/# /' "$work/diff"
fi
