#!/bin/sh
# What the documents name exists. In the tour every function is defined in the file named last before it; in all documents every path of the tree
# is there, and so is every document and heading that a link leads to.
set -u
src=${MAGIKAL_SOURCE_DIR:-.}
tour=$src/docs/source-tour.md
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

ok() {
        n=$((n + 1))
        if [ ! -s "$2" ]; then echo "ok $n - $1"; else
                echo "not ok $n - $1"
                sed 's/^/# /' "$2"
        fi
}

# Words between backticks, one a line, as "line word"; blocks of code are left out
quoted() {
        awk '/^ *```/ { is_code = !is_code; next } !is_code { n = split($0, part, "`"); for (i = 2; i <= n; i += 2) print FNR " " part[i] }' "$1"
}

# Ours, and neither made by the build nor a pattern
is_path() {
        case $1 in
        *' '* | *'*'* | *'<'*) return 1 ;;
        src/* | include/* | sql/* | tests/* | docs/* | systemd/* | bootstrap) return 0 ;;
        *) return 1 ;;
        esac
}

quoted "$tour" >"$dir/words"
file=
n_functions=0
: >"$dir/odd"
while read -r line word; do
        if is_path "$word"; then
                file=$word
                continue
        fi
        case $word in
        *[!a-z0-9_.\(\)]*) continue ;;
        [a-z]*'()') ;;
        *) continue ;;
        esac
        n_functions=$((n_functions + 1))
        # at the beginning of a line: its definition or declaration, not a call
        name=$(printf '%s' "${word%??}" | sed 's/\./\\./g')
        if [ -z "$file" ] || ! grep -qE "^([^ /*].*[^A-Za-z0-9_.])?$name\(" "$src/$file"; then
                echo "source-tour.md:$line: $word is not in ${file:-any file named before}" >>"$dir/odd"
        fi
done <"$dir/words"
[ "$n_functions" -gt 50 ] || echo "only $n_functions functions were found in the tour" >>"$dir/odd"
ok "each of $n_functions functions of the tour is in the file named before it" "$dir/odd"

: >"$dir/odd"
for document in "$src"/README.md "$src"/docs/*.md; do
        quoted "$document" >"$dir/words"
        while read -r line word; do
                if is_path "$word" && [ ! -e "$src/$word" ]; then
                        echo "$(basename "$document"):$line: there is no $word" >>"$dir/odd"
                fi
        done <"$dir/words"
done
ok "every path in the documents is there" "$dir/odd"

# A table that is shown is the table that is there
: >"$dir/odd"
awk '/^```c$/ { is_c = 1; next } /^```/ { is_c = 0 } is_c' "$tour" >"$dir/code"
while IFS= read -r line; do
        grep -rqxF -e "$line" "$src/src" || echo "not in src/ as it is shown: $line" >>"$dir/odd"
done <"$dir/code"
[ -s "$dir/code" ] || echo "the tour shows no code" >>"$dir/odd"
ok "code is shown as it stands" "$dir/odd"

# As GitHub makes an anchor of a heading: small letters, no punctuation, dashes for blanks
anchors() {
        sed -n 's/^##* *//p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

: >"$dir/odd"
for document in "$src"/README.md "$src"/docs/*.md; do
        grep -o '](\([^)]*\))' "$document" | sed 's/^](//; s/)$//' | grep -v '^[a-z]*://' >"$dir/links"
        while read -r link; do
                target=${link%%#*}
                if [ -n "$target" ]; then target=$(dirname "$document")/$target; else target=$document; fi
                if [ ! -e "$target" ]; then
                        echo "$(basename "$document"): $link leads nowhere" >>"$dir/odd"
                elif [ "$link" != "${link#*#}" ] && ! anchors "$target" | grep -qxF "${link#*#}"; then
                        echo "$(basename "$document"): no such heading: $link" >>"$dir/odd"
                fi
        done <"$dir/links"
done
ok "every link leads somewhere" "$dir/odd"

echo "1..$n"
