#!/bin/sh
# Does a test see it when one of the engine's promises is taken away? Each mutation removes one line of defence in a copy of the tree,
# builds, and must turn a test red. "make mutations"; a few minutes. Names as arguments choose among them.

set -eu
source=$(cd "${MAGIKAL_SOURCE_DIR:-$(dirname "$0")/../..}" && pwd)
tests="tests/flow/test-engine tests/flow/test-engine-end tests/flow/test-store-flow"
jobs=$(getconf _NPROCESSORS_ONLN)
seconds=400

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' INT TERM
# build-aux stays, build directories do not
tar -C "$source" --exclude=./.git --exclude=./build --exclude='./build-[b-z]*' --exclude='*.o' --exclude='*.a' -cf - . | tar -C "$copy" -xf -
[ ! -f "$copy/Makefile" ] || (cd "$copy" && make -s distclean >/dev/null 2>&1) || true
mkdir "$copy/build-mutations"
cd "$copy/build-mutations"
../configure -q

build() {
        # shellcheck disable=SC2086 # a list of programs
        make -s -j "$jobs" $tests >build.log 2>&1 || { cat build.log; echo "it does not build"; exit 1; }
}

# Prints the names of the tests that are red, or of programs that did not end as they should
red() {
        for program in $tests; do
                (CMOCKA_MESSAGE_OUTPUT=TAP timeout "$seconds" "$program" >"$program.tap" 2>&1 || echo "status $?" >>"$program.tap") &
        done
        wait
        for program in $tests; do
                if grep -q '^1\.\.0' "$program.tap"; then
                        echo "SKIPPED: $(cat "$program.tap")"
                elif grep -q '^not ok' "$program.tap"; then
                        sed -n 's/^not ok [0-9]* - //p' "$program.tap"
                elif grep -q '^status' "$program.tap"; then
                        echo "$program ($(tail -n 1 "$program.tap"))"
                fi
        done
}

n=0
failed=0
chosen=" $* "

# mutate NAME FILE SED-SCRIPT
mutate() {
        case "$chosen" in "  " | *" $1 "*) ;; *) return 0 ;; esac
        n=$((n + 1))
        cp "$copy/$2" original
        sed -e "$3" original >"$copy/$2"
        if cmp -s original "$copy/$2"; then
                echo "not ok $n - without $1: the line is not where it was, look at $2"
                failed=1
                return 0
        fi
        build
        seen=$(red)
        cp original "$copy/$2"
        if [ -n "$seen" ]; then
                echo "ok $n - without $1"
                echo "$seen" | sed 's/^/# red: /'
        else
                echo "not ok $n - without $1: no test sees it"
                failed=1
        fi
}

build
seen=$(red)
case $seen in
SKIPPED*)
        echo "1..0 # $seen"
        exit 0
        ;;
?*)
        echo "Bail out! These are red without any mutation:"
        echo "$seen"
        exit 1
        ;;
esac

# shellcheck disable=SC2016 # the dollars are PostgreSQL's
mutate intent sql/statements/flow.sql '/^-- name: intent$/,/^RETURNING/ {
        s/^INSERT INTO flow.step .*/SELECT 1, flow.usec(flow.now()), flow.usec(flow.now()), $5::text, NULL::jsonb, $4::text FROM own;/
        /^SELECT flow_id, /d
        /^ON CONFLICT/d
        /^  WHERE s\.state/d
        /^RETURNING/d
}'
mutate probe src/engine/step.c 's/if (run->n_sends > 1 && step->probe) {/if (false \&\& run->n_sends > 1 \&\& step->probe) {/'
mutate probe-of-undo src/engine/step.c 's/if (step->state == RUN_STEP_INTENT && step_at_hand(run)->probe) {/if (false \&\& step->state == RUN_STEP_INTENT) {/'
mutate settle src/engine/step.c 's/return MAX(run->last_at, run->adopted_at) + RETRY_SETTLE;/return MAX(run->last_at, run->adopted_at);/'
mutate fence sql/migrations/0001-flows-and-tickets.sql "s/ AND lease_epoch = e AND state = 'running' AND next_step = n;/;/"
mutate idempotency-key sql/migrations/0001-flows-and-tickets.sql 's/VALUES (idem, kind, ver, /VALUES (idem || gen_random_uuid(), kind, ver, /'
mutate lease-freshness src/engine/run.c 's/return clock_boottime() - run->leased_at <= LEASE_SEND_MAX;/return run->leased_at > 0;/'
mutate deadline src/engine/run.c 's/return !run_is_patient(run) && engine_database_now(run->engine) > run->deadline;/return run->deadline == 0;/'
mutate no-way-back src/engine/commit.c 's/return run->at + 1 == run->flow->words_before;/return run->at < 0;/'
mutate reading-unknown-commits src/engine/commit.c 's/if (row->next_step != run->next_step || row->is_undo != run->is_undo)/if (row->epoch == 0)/'

echo "1..$n"
exit $failed
