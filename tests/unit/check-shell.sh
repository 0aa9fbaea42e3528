#!/bin/sh
# Every shell script of the tree, looked over by shellcheck
cd "${MAGIKAL_SOURCE_DIR:-.}" || exit 1
if ! command -v shellcheck >/dev/null; then
        echo '1..0 # SKIP there is no shellcheck'
        exit 0
fi

n=0
# shellcheck disable=SC2046 # no name of ours has a space
set -- bootstrap .ci/run $(find tests -name node_modules -prune -o -name '*.sh' -print | sort)
for script; do
        n=$((n + 1))
        if said=$(shellcheck --format=gcc "$script"); then
                echo "ok $n - $script"
        else
                echo "not ok $n - $script"
                printf '%s\n' "$said" | sed 's/^/# /'
        fi
done
echo "1..$n"
