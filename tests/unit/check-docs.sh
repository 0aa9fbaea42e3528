#!/bin/sh
# The manual tells every setting of the table, and scdoc takes every page.
set -u
src=${MAGIKAL_SOURCE_DIR:-.}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

ok() {
        n=$((n + 1))
        if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else
                echo "not ok $n - $1"
                printf '%s\n' "${3:-}" | sed 's/^/# /'
        fi
}

awk -f "$src/docs/settings.awk" "$src/include/magikal/settings.def" >"$dir/settings.scd"
rows=$(grep -c '^SETTING(' "$src/include/magikal/settings.def")
told=$(grep -c '^\*.*\* = ..*' "$dir/settings.scd")
[ "$rows" -eq "$told" ] && [ "$rows" -gt 20 ]
ok "each of $rows settings has its paragraph" $? "$told have one"

! grep -n 'SETTING\|  \|, *START\|= $' "$dir/settings.scd" >"$dir/odd"
ok "no paragraph shows the table's own words" $? "$(cat "$dir/odd")"

for page in magikald.8 magikalctl.8 magikal-sandbox.1 magikald.conf.5; do
        if ! command -v scdoc >/dev/null; then
                n=$((n + 1))
                echo "ok $n - scdoc takes $page # SKIP there is no scdoc"
                continue
        fi
        source=$src/docs/$page.scd
        if [ ! -e "$source" ]; then
                sed -e '/^@SETTINGS@$/{' -e "r $dir/settings.scd" -e 'd' -e '}' "$source.in" >"$dir/page.scd"
                source=$dir/page.scd
        fi
        said=$(scdoc <"$source" 2>&1 >"$dir/page")
        [ $? -eq 0 ] && [ -s "$dir/page" ]
        ok "scdoc takes $page" $? "$said"
done

# what can be typed in Discord
tables=$(sed -n 's/^COMMAND_TABLES = //p' "$src/docs/local.mk")
# shellcheck disable=SC2086 # a list of files
said=$(cd "$src" && awk -f docs/commands.awk $tables | diff docs/commands.md - )
ok "docs/commands.md is what the tables say (make docs-commands)" $? "$said"
subs=$(grep -c '^ *SUB(' "$src/include/magikal/commands.def")
told=$(grep -c '^Who may: people with [*t]' "$src/docs/commands.md")
[ "$subs" -eq "$told" ] && [ "$subs" -gt 20 ]
ok "it tells of each of $subs commands who may" $? "$told have it"

# commands that the program has and the manual does not tell, and the other way round
sed -n 's/^ *{ "\([a-z]*\)", *ctl_.*/\1/p' "$src/src/ctl/main.c" | sort >"$dir/has"
sed -n '/^# COMMANDS/,/^# OPTIONS/s/^\*\([a-z]*\)\*\( .*\)*$/\1/p' "$src/docs/magikalctl.8.scd" | sort >"$dir/tells"
said=$(diff "$dir/has" "$dir/tells")
ok "magikalctl(8) tells every command" $? "$said"

# the same for the sandbox's options
sed -n 's/^ *{ "\([a-z-]*\)", [a-z]*_argument.*/\1/p' "$src/src/sandbox/main.c" | sort >"$dir/has"
sed -n 's/^\*--\([a-z-]*\)\*.*/\1/p' "$src/docs/magikal-sandbox.1.scd" | sort >"$dir/tells"
said=$(diff "$dir/has" "$dir/tells")
ok "magikal-sandbox(1) tells every option" $? "$said"

# words of its control interface: actions, orders of the gateway and of the world, calls; in the manual and on the page for others
sandbox=$src/src/sandbox
sed -n '/actions\[\] = {/,/};/p' "$sandbox/model-act.c" | grep -o '{ "[a-z_]*", act_' | cut -d'"' -f2 >"$dir/has"
sed -n '/^ *} \(orders\|things\)\[\] = {/,/};/s/^ *{ "\([a-z_]*\)".*/\1/p' "$sandbox/gateway-order.c" "$sandbox/model-world.c" >>"$dir/has"
sed -n 's/^ *if (streq(name, "\([a-z]*\)").*/\1/p' "$sandbox/gateway-order.c" >>"$dir/has"
[ "$(wc -l <"$dir/has")" -gt 40 ]
ok "the words of the sandbox's control interface are found" $? "$(cat "$dir/has")"
said=$(while read -r word; do grep -qF "*$word*" "$src/docs/magikal-sandbox.1.scd" || echo "$word"; done <"$dir/has")
[ -z "$said" ]
ok "magikal-sandbox(1) tells every action and order" $? "$said"
said=$(while read -r word; do grep -qF "\`$word\`" "$src/docs/sandbox.md" || echo "$word"; done <"$dir/has")
[ -z "$said" ]
ok "docs/sandbox.md tells every action and order" $? "$said"
sed -n '/calls\[\] = {/,/};/s/^ *{ "\([A-Z]*\)", *"\([a-z/]*\)".*/\1 \2/p' "$sandbox/control.c" >"$dir/has"
said=$(while read -r word; do grep -qF "*$word*" "$src/docs/magikal-sandbox.1.scd" || echo "$word"; done <"$dir/has")
[ -z "$said" ] && [ "$(wc -l <"$dir/has")" -gt 15 ]
ok "magikal-sandbox(1) tells every call" $? "$said"

# commands of the guild and their options, from the table and from the tables of the administrator's guide, as "command sub-command [option]"
awk -F'"' '/^COMMAND\(/ { command = $2 } /^  SUB\(/ { sub_command = $2; print command, sub_command }
        /^    OPTION\(/ { print command, sub_command, $2 }' "$src/include/magikal/commands.def" | sort >"$dir/has"
awk -F'|' '/^Of `\/[a-z-]*`:$/ { command = substr($0, 6, length($0) - 7) } /^#/ { command = "" }
        command && /^\| `/ { n = split($2, word, "`"); print command, word[2]; for (i = 4; i <= n; i += 2) print command, word[2], word[i] }' \
        "$src/docs/administrator.md" | sort -u >"$dir/tells"
said=$(diff "$dir/has" "$dir/tells")
[ -z "$said" ] && [ "$(wc -l <"$dir/has")" -gt 40 ]
ok "the administrator's guide tells every command and option" $? "$said"

echo "1..$n"
