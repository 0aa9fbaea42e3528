#!/bin/sh
# Who may include whom. Speaks TAP: one point a directory of src/, one for headers that nobody owns, one for headers that do not stand
# alone. Only direct includes count: a header is answered for by the directory it belongs to.

src=${MAGIKAL_SOURCE_DIR:-.}
CC=${CC:-cc}
cd "$src" || exit 1

# ---- the table ---------------------------------------------------------------------------------------------------------------

# directory: directories whose contracts it may include besides its own. "words" are headers of types and constants, open to all.
may_include() {
        case $1 in
        base)       echo "" ;;
        text)       echo "base" ;;
        domain)     echo "base text" ;;                 # policy's refusals are sentences, by name
        discord)    echo "base" ;;
        ipc)        echo "base" ;;
        store)      echo "base domain" ;;
        role)       echo "base ipc discord" ;;          # what every child process does at its start: channel, shared limits
        engine)     echo "base store discord domain rsi" ;;
        views)      echo "base domain discord text" ;;
        rsi)        echo "base domain discord" ;;       # of discord: curl in the event loop
        doctor)     echo "base domain discord store views text rsi" ;;  # of views: the names of controls; of text: which commands are registered
        flows)      echo "base domain discord store engine views text rsi" ;;
        worker)     echo "base domain discord store engine views text rsi flows doctor ipc role" ;;
        supervisor) echo "base discord ipc store role" ;;
        editor)     echo "base discord ipc store role" ;;
        ctl)        echo "base ipc store role discord domain text rsi doctor" ;;
        sandbox)    echo "base" ;;
        *)          echo "unknown" ;;
        esac
}

# header or list under include/magikal: the directory it belongs to
owner_of() {
        case $1 in
        catalog.def | cleanup.h | clock.h | config.h | fault.h | fault-points.def | json.h | keys.h | log.h | secret.h | settings.def | strbuf.h | unicode.h | url.h)
                echo base ;;
        command-text.h | snowflake.h | limits.h | permission.h | travel.h | travels.def)
                echo words ;;
        languages.def | placeholders.def | text.h)
                echo text ;;
        access-mode.h | answer.h | application.h | channel-name.h | doctor.def | doctor.h | guild-settings.h | handle.h | policy.h | recruit-settings.h | question.h | text-clean.h | \
                ticket.h | timezone.h | topic.h | zone-rules.h)
                echo domain ;;
        command.h | commands.def | component.h | curl-loop.h | custom-id.h | cut.h | embed.h | gateway.h | gateway-conn.h | interaction.h | \
                ratelimit.h | rest.h | skim.h)
                echo discord ;;
        ipc.h | messages.def)
                echo ipc ;;
        role.h | roles.def)
                echo role ;;
        rsi.h)
                echo rsi ;;
        store.h | store-audit.h | store-doctor.h | store-person.h | store-recruit.h)
                echo store ;;
        doctor-gather.h)
                echo doctor ;;
        engine.h | flow.h)
                echo engine ;;
        citizen.h | flows.h | qna.h | shown.h | step1.h | target.h)
                echo flows ;;
        views.h | views-recruit.h)
                echo views ;;
        *)
                echo nobody ;;
        esac
}

# header from outside: where it may appear; nothing for the C library's own
outside_only_in() {
        case $1 in
        cjson/*)                echo "base" ;;
        systemd/sd-journal.h)   echo "base" ;;
        ini.h)                  echo "base" ;;
        sodium.h)               echo "base discord" ;;          # keys; random bytes and base64 of the WebSocket handshake
        curl/*)                 echo "discord rsi" ;;
        wslay/*)                echo "discord sandbox" ;;
        zlib.h)                 echo "discord sandbox" ;;
        nng/*)                  echo "ipc" ;;
        libpq-fe.h)             echo "store" ;;
        libxml/*)               echo "rsi" ;;
        microhttpd.h)           echo "sandbox" ;;
        systemd/sd-daemon.h)    echo "supervisor role" ;;
        systemd/sd-id128.h)     echo "role supervisor ctl" ;;
        systemd/sd-event.h)     echo "discord ipc store role engine rsi doctor worker supervisor editor ctl sandbox" ;;
        *)                      echo "" ;;
        esac
}

# ---- the check ----------------------------------------------------------------------------------------------------------------

n=0
failed=0

point() {       # point NAME COMPLAINTS
        n=$((n + 1))
        if [ -z "$2" ]; then
                echo "ok $n - $1"
        else
                failed=1
                echo "not ok $n - $1"
                printf '%s\n' "$2" | sed 's/^/# /'
        fi
}

has_word() {    # has_word WORD LIST
        case " $2 " in *" $1 "*) return 0 ;; esac
        return 1
}

# Complaints about one include of one file of a directory
judge() {       # judge DIRECTORY FILE INCLUDE
        case $3 in
        '"magikal/'*)
                h=${3#\"magikal/} h=${h%\"}
                owner=$(owner_of "$h")
                has_word "$owner" "$1 words $(may_include "$1")" || echo "$2 may not include $3, which belongs to $owner"
                ;;
        '"text/en.def"' | '"text/'*'.def"')
                [ "$1" = text ] || echo "$2 may not include $3"
                ;;
        '"src/store/'*'.inc"' | '"config.h"')
                [ "$1" = store ] || [ "$3" = '"config.h"' ] || echo "$2 may not include $3"
                ;;
        '"'*)
                h=${3#\"} h=${h%\"}
                [ -f "$(dirname "$2")/$h" ] || echo "$2 reaches for $3, which is not beside it"
                ;;
        '<'*)
                h=${3#<} h=${h%>}
                where=$(outside_only_in "$h")
                [ -z "$where" ] || has_word "$1" "$where" || echo "$2 may not include $3, which is for: $where"
                ;;
        esac
}

judge_files() { # judge_files DIRECTORY FILE…
        d=$1
        shift
        [ $# -gt 0 ] || return 0
        grep -HoE '^ *# *include +["<][^">]+[">]' "$@" | sed -E 's/: *# *include +/ /' | while read -r file include; do
                judge "$d" "$file" "$include"
        done
}

for path in src/*/; do
        d=$(basename "$path")
        files=$(find "$path" -name '*.[ch]')
        for h in include/magikal/*; do
                [ "$(owner_of "$(basename "$h")")" != "$d" ] || files="$files $h"
        done
        if [ "$(may_include "$d")" = unknown ]; then
                point "src/$d is in the table" "src/$d has no row in the table of $0"
        else
                # shellcheck disable=SC2086 # file names of ours have no spaces
                point "src/$d includes only what it may" "$(judge_files "$d" $files)"
        fi
done

point "words include only words and base" "$(judge_files words include/magikal/snowflake.h include/magikal/limits.h include/magikal/permission.h include/magikal/travel.h |
        grep -v 'belongs to base$')"

point "every header has an owner" "$(for h in include/magikal/*; do
        [ "$(owner_of "$(basename "$h")")" != nobody ] || echo "$h belongs to no directory of the table"
done)"

flags=$(pkg-config --cflags libcjson libsystemd libpq 2>/dev/null)
point "every header stands alone" "$(for h in include/magikal/*.h src/*/*.h; do
        # shellcheck disable=SC2086
        printf '#include "%s"\n' "$h" |
                $CC -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only $flags -I. -Iinclude -Isrc \
                        -I"$(dirname "$h")" -I"${MAGIKAL_BUILD_DIR:-.}" -x c - >/dev/null 2>&1 || echo "$h"
done)"

echo "1..$n"
exit $failed
