#!/bin/sh
# The unit, the catalog and the sample settings are what the service manager, journalctl and the daemon take without a word.
set -u
src=${MAGIKAL_SOURCE_DIR:-.} build=${MAGIKAL_BUILD_DIR:-.}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

# ok NAME STATUS [DETAILS]
ok() {
        n=$((n + 1))
        if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else
                echo "not ok $n - $1"
                printf '%s\n' "${3:-}" | sed 's/^/# /'
        fi
}
skip() {
        n=$((n + 1))
        echo "ok $n - $1 # SKIP $2"
}

# The programs need not be installed for the test, and the account need not exist
sed -e 's|^ExecStart=.*|ExecStart=/bin/true|' -e "s|^ExecStartPre=.*|ExecStartPre=/bin/sh -c '/bin/true \|\| test \$\$? -eq 78'|" \
        "$build/systemd/magikald.service" >"$dir/magikald.service"

if grep -q '@[a-z]*dir@' "$build/systemd/magikald.service"; then
        ok "every path of the unit is filled in" 1 "$(grep '@' "$build/systemd/magikald.service")"
else
        ok "every path of the unit is filled in" 0
fi

# verify exits 0 for unknown keys and only says so: any word is a failure
if ! command -v systemd-analyze >/dev/null; then
        skip "systemd-analyze verify is silent" "there is no systemd-analyze"
        skip "systemd-analyze verify is silent about the drop-in" "there is no systemd-analyze"
        skip "exposure is at most 1.5" "there is no systemd-analyze"
else
        version=$(systemd-analyze --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
        said=$(systemd-analyze verify --man=no "$dir/magikald.service" 2>&1)
        [ $? -eq 0 ] && [ -z "$said" ]
        ok "systemd-analyze verify is silent" $? "$said"

        if [ "${version:-0}" -ge 254 ]; then
                mkdir "$dir/magikald.service.d"
                cp "$src/systemd/50-systemd-254.conf" "$dir/magikald.service.d/"
                said=$(systemd-analyze verify --man=no "$dir/magikald.service" 2>&1)
                [ $? -eq 0 ] && [ -z "$said" ]
                ok "systemd-analyze verify is silent about the drop-in" $? "$said"
        else
                skip "systemd-analyze verify is silent about the drop-in" "systemd ${version:-?} is older than 254"
        fi

        said=$(systemd-analyze security --offline=true --threshold=15 --no-pager "$dir/magikald.service" 2>&1)
        ok "exposure is at most 1.5" $? "$said"
fi

# id by id: the catalog and the list that the logger knows
sed -n 's/^CATALOG( "[^"]*", *"\([0-9a-f]\{32\}\)" )$/\1/p' "$src/include/magikal/catalog.def" | sort >"$dir/known"
sed -n 's/^-- \([0-9a-f]\{32\}\)$/\1/p' "$src/systemd/magikal.catalog" | sort >"$dir/explained"
said=$(diff "$dir/known" "$dir/explained")
[ $? -eq 0 ] && [ -s "$dir/known" ] && [ -z "$(uniq -d "$dir/known")" ]
ok "every event of catalog.def is explained once" $? "$said"

# an event that no code logs any more needs no explanation
said=$(sed -n 's/^CATALOG( "\([^"]*\)".*/\1/p' "$src/include/magikal/catalog.def" | while read -r event; do
        grep -rqF "\"$event\"" "$src/src" || echo "$event"
done)
[ -z "$said" ]
ok "every event of catalog.def is logged somewhere" $? "$said"

if command -v journalctl >/dev/null; then
        mkdir -p "$dir/root/usr/lib/systemd/catalog" "$dir/root/var/lib/systemd/catalog"
        cp "$src/systemd/magikal.catalog" "$dir/root/usr/lib/systemd/catalog/"
        said=$(journalctl --root="$dir/root" --update-catalog 2>&1)
        [ -z "$said" ] && [ "$(journalctl --root="$dir/root" --list-catalog 2>/dev/null | wc -l)" -eq "$(wc -l <"$dir/known")" ]
        ok "journalctl takes the catalog" $? "$said"
else
        skip "journalctl takes the catalog" "there is no journalctl"
fi

# LoadCredential= and the defaults of the settings name the same files
for name in discord-token lookup-key seal-key control-key; do
        grep -q "^LoadCredential=$name:" "$build/systemd/magikald.service" && grep -qF "\${CREDENTIALS_DIRECTORY}/$name\"" "$src/include/magikal/settings.def" ||
                missing="${missing:-} $name"
done
[ -z "${missing:-}" ]
ok "each credential of the settings is loaded by the unit" $? "missing:${missing:-}"

echo "1..$n"
