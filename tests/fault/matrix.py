#!/usr/bin/env python3
"""
kill -9 at every fault point, one after the other, and what must hold afterwards. The points are those that the daemon itself lists from its
tables of steps: a new step is in the matrix without a line written here, and a point that is never hit fails.

    matrix.py [--jobs N] [--action kill] [PATTERN…]      TAP; a pattern is a substring of a point's name
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import recruitment as r  # noqa: E402
from recruit import CHANNEL_RECORDS, RecruitStack  # noqa: E402
from stack import (ADMIN, APPLICANT, BUILD, CATEGORY_SUPPORT, CHANNEL_APPLY, CHANNEL_GENERAL, CHANNEL_LOG, CHANNEL_PANEL, GUILD, PEOPLE, STAFF, TOKEN,  # noqa: E402
                   Trouble, input_id, skip_unless_possible, wait_for)

WORDS = "where the umbrella stands"


def text_of(view):
    message = view["message"] or {}
    return (message.get("content") or "") + json.dumps(message.get("embeds", []))


def points():
    done = subprocess.run([str(BUILD / "magikald"), "--list-faults"], capture_output=True, text=True, check=True)
    return done.stdout.split()


# ---- what is going on while the process dies ---------------------------------------------------------------------------------------------

def open_ticket(stack):
    """The form was opened before; the death comes somewhere between its submit and the answer."""
    return [stack.submit(APPLICANT, stack.form[0], {input_id(stack.form[1]): WORDS})]


def resolve_ticket(stack):
    return [stack.submit(STAFF, stack.form[0], {input_id(stack.form[1]): WORDS})]


def prepare_form(stack):
    stack.form = stack.open_form(APPLICANT)


def prepare_ticket(stack):
    stack.answer(stack.open_ticket(question=WORDS))
    stack.channel = stack.ticket_channels()[0]["id"]
    stack.form = stack.resolve_form(stack.channel)


def fill_category(stack):
    """No room for one more ticket; a category of an earlier death is full too."""
    prepare_form(stack)
    for category in [CATEGORY_SUPPORT] + [row[0] for row in stack.postgres.sql("SELECT channel_id FROM cfg.overflow_categories")]:
        stack.world("add_channels", n=50 - sum(c.get("parent_id") == category for c in stack.channels()), category=category)


def empty_category(stack):
    """A category that we made an hour ago, and in which nothing is left."""
    stack.empty = stack.world("add_channel", name="Support 9", type=4, ago_ms=3_600_000)["channel"]
    stack.postgres.sql(f"INSERT INTO cfg.overflow_categories VALUES ({GUILD}, {CATEGORY_SUPPORT}, 9, {stack.empty})"
                       " ON CONFLICT (guild_id, base_id, no) DO UPDATE SET channel_id = excluded.channel_id")


def sweep_empty_category(stack):
    flows = "SELECT count(*) FROM flow.flow WHERE kind = 'category.retire'"
    before = stack.postgres.sql(flows)
    stack.gateway("invalid_session", resumable=False)
    wait_for(lambda: stack.postgres.sql(flows) != before, "the sweeper to come", 60)
    return []


def be_kicked(stack):
    stack.world("kick_bot")
    wait_for(lambda: stack.postgres.sql("SELECT 1 FROM cfg.ticket_panel_config WHERE left_at IS NOT NULL"), "the guild to be closed down", 60)
    return []


def out_of_the_guild(stack):
    r.prepare_pending(stack)
    be_kicked(stack)
    stack.quiet()


def be_invited(stack):
    stack.world("invite_bot")
    wait_for(lambda: not stack.postgres.sql("SELECT 1 FROM cfg.ticket_panel_config WHERE left_at IS NOT NULL"), "the guild to be back", 60)
    return []


def fill_guild(stack):
    """Told once an hour: what was told of an earlier death is forgotten."""
    prepare_form(stack)
    stack.postgres.sql("DELETE FROM flow.flow WHERE kind = 'admin.alert'")
    stack.world("add_channels", n=500 - len(stack.channels()))


def refuse_opening(stack):
    """The channel is made, its message is refused: the flow walks back."""
    prepare_form(stack)
    stack.fault("POST", "/channels/{channel_id}/messages", "status", status=403, code=50013, count=-1)


def lose_then_refuse(stack):
    """The message is posted and the answer lost; the second try is refused: what may have been posted is looked for and taken back."""
    stack.fault("POST", "/channels/{channel_id}/messages", "drop_after", count=1)
    stack.fault("POST", "/channels/{channel_id}/messages", "status", status=403, code=50013, count=-1)


def refuse_log(stack):
    prepare_ticket(stack)
    lose_then_refuse(stack)


def set_targets(stack):
    return [stack.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL, log_channel=CHANNEL_LOG)]


def set_all_targets(stack):
    return [stack.tickets(ADMIN, "set-targets", recruitment_panel=CHANNEL_APPLY, support_panel=CHANNEL_PANEL, log_channel=CHANNEL_LOG)]


def lose_then_refuse_the_second(stack):
    """As lose_then_refuse, but the panel before it is posted."""
    stack.fault("POST", "/channels/{channel_id}/messages", "drop_after", count=1, skip=1)
    stack.fault("POST", "/channels/{channel_id}/messages", "status", status=403, code=50013, count=-1, skip=1)


def set_ping(stack):
    return [stack.tickets(ADMIN, "set-dm-on-close", enabled=True)]


def post_about(stack):
    return [stack.tickets(ADMIN, "post-support-about", channel=CHANNEL_GENERAL)]


def open_and_kill_a_worker(stack):
    """The supervisor dies while it cleans up after another death."""
    interactions = open_ticket(stack)
    os.kill(stack.children("worker")[0], signal.SIGKILL)
    return interactions


def delete_channel(stack):
    stack.world("delete_channel", channel=stack.channel)
    return []


def nothing(stack):
    pass


SCENARIOS = [
    # point begins with        prepare         act
    (r"support\.open/.*/undo-", refuse_opening, open_ticket),
    (r"support\.open/",         prepare_form,   open_ticket),
    (r"support\.resolve/.*/undo-", refuse_log, resolve_ticket),
    (r"support\.resolve/",      prepare_ticket, resolve_ticket),
    (r"panel\.refresh/recruit-panel/undo-", lose_then_refuse_the_second, set_all_targets),
    (r"panel\.refresh/recruit-panel/", nothing, set_all_targets),
    (r"panel\.refresh/.*/undo-", lose_then_refuse, set_targets),
    (r"panel\.refresh/",        nothing,        set_targets),
    (r"settings\.change/",      nothing,        set_ping),
    (r"about\.post/",           nothing,        post_about),
    (r"channel\.gone/record/",  r.without_record(r.prepare_pending), delete_channel),
    (r"channel\.gone/",         r.prepare_pending, delete_channel),
    (r"target\.gone/",          r.prepare_target, r.delete_target),
    (r"category\.extend/",      fill_category,  open_ticket),
    (r"category\.retire/",      empty_category, sweep_empty_category),
    (r"guild\.left/",           r.prepare_pending, be_kicked),
    (r"guild\.back/",           out_of_the_guild, be_invited),
    (r"admin\.alert/",          fill_guild,     open_ticket),
    (r"ticket\.rebuild/record/", r.without_record(r.prepare_lost), r.find_lost),
    (r"ticket\.rebuild/",       r.prepare_lost, r.find_lost),
    (r"topic\.mend/",           r.prepare_pending, r.edit_topic),
    (r"member\.left/look/after-effect", r.prepare_pending, r.leave_for_a_moment),
    (r"member\.left/record/",   r.without_record(r.prepare_pending), r.leave),
    (r"member\.left/",          r.prepare_pending, r.leave),
    (r"member\.back/record/",   r.without_record(r.prepare_left), r.come_back),
    (r"member\.back/",          r.prepare_left, r.come_back),
    (r"ticket\.repair/record/", r.without_record(r.prepare_unfinished_closing), r.sweep("ticket.repair")),
    (r"ticket\.repair/",        r.prepare_unfinished_closing, r.sweep("ticket.repair")),
    (r"(ack|accept|engine|rest|ratelimit)/", prepare_form, open_ticket),
    (r"supervisor/.*-reap",     prepare_form,   open_and_kill_a_worker),
    (r"supervisor/",            prepare_form,   open_ticket),
] + r.SCENARIOS


def scenario_of(point):
    for pattern, prepare, act in SCENARIOS:
        if re.match(pattern, point):
            return prepare, act
    raise Trouble(f"no scenario for {point}: add a row to SCENARIOS")


# ---- what must hold afterwards -----------------------------------------------------------------------------------------------------------

def invariants(stack, point):
    sql = stack.postgres.sql
    problems = []

    def hold(condition, what):
        if not condition:
            problems.append(what)

    if sql("SELECT 1 FROM cfg.ticket_panel_config WHERE left_at IS NOT NULL"):
        hold(sql("SELECT 1 FROM cfg.tickets WHERE state IN ('opening', 'open', 'closing')") == [], "no ticket is open in a guild that removed us")
        be_invited(stack)
        stack.quiet()
    channels = sorted(re.search(r"TID:(\d+)", c["topic"]).group(1) for c in stack.ticket_channels())
    tickets = sorted(row[0] for row in sql("SELECT tid FROM cfg.tickets WHERE state = 'open'"))
    hold(channels == tickets, f"open tickets {tickets} = channels with a marker {channels}")
    hold(sql("SELECT count(*) FROM cfg.tickets WHERE state IN ('opening', 'closing')") == [["0"]], "no ticket is on its way without a flow")
    hold(sql("SELECT count(*) FROM flow.flow WHERE finished_at IS NULL") == [["0"]], "no flow is unfinished")
    hold(sql("SELECT count(*) FROM flow.flow WHERE state = 'dead'") == [["0"]], "a killed process makes no flow dead")
    hold(sql("SELECT count(*) FROM (SELECT 1 FROM flow.audit GROUP BY flow_id, action HAVING count(*) > 1) x") == [["0"]],
         "each action of a flow is in the audit once")
    opened, audited = sql("SELECT count(*), (SELECT count(*) FROM flow.audit WHERE action = 'ticket.opened') FROM cfg.tickets WHERE opened_at IS NOT NULL")[0]
    hold(opened == audited, f"each of {opened} opened tickets is in the audit once: {audited}")
    seen = {}
    for channel in [CHANNEL_LOG, CHANNEL_PANEL, CHANNEL_APPLY, CHANNEL_RECORDS, CHANNEL_GENERAL] + [c["id"] for c in stack.ticket_channels()]:
        for message in stack.messages(channel) + (stack.dms(APPLICANT) if channel == CHANNEL_LOG else []):
            for embed in message["embeds"]:
                ref = re.search(r"ref (\S+)$", (embed.get("footer") or {}).get("text", ""))
                if ref:
                    seen[ref.group(1)] = seen.get(ref.group(1), 0) + 1
    hold(all(n == 1 for n in seen.values()), f"no message was posted twice: {seen}")
    for place in (CHANNEL_PANEL, CHANNEL_APPLY):
        panels = [m for m in stack.messages(place) if m["components"]]
        hold(len(panels) == 1, f"one panel stands in {place}: {len(panels)}")
    for channel in stack.ticket_channels():
        titles = [(m["embeds"] or [{}])[0].get("title") or m["content"] for m in stack.messages(channel["id"])]
        hold(len(titles) == len(set(titles)) and (len(titles) == 1 or "APP:" in channel["topic"]), f"a ticket has no message twice: {titles}")
    resolved = int(sql("SELECT count(*) FROM cfg.tickets WHERE outcome = 'resolved'")[0][0])
    logged = sum(WORDS in json.dumps(m) for m in stack.messages(CHANNEL_LOG))
    hold(resolved == logged, f"each of {resolved} resolved tickets is in the log once: {logged}")
    made = sorted(c["name"] for c in stack.channels() if c["type"] == 4 and re.search(r" \d+$", c["name"]))
    hold(len(made) == len(set(made)), f"no category was made twice: {made}")
    known = {row[0] for row in sql("SELECT channel_id FROM cfg.overflow_categories")}
    hold(known == {c["id"] for c in stack.channels() if c["name"] in made}, f"the categories that we made are known: {known}, {made}")
    r.invariants(stack, hold)
    log = stack.log()
    for word in PEOPLE + r.WORDS + [WORDS, TOKEN]:
        hold(word not in log, f"the journal does not hold {word!r}")
    hold(sql("SELECT count(*) FROM flow.edit WHERE want_ver > have_ver AND state = 'live'") == [["0"]], "every wanted edit was written")
    return problems


def is_answered(stack, interaction, seconds):
    view = stack.interaction(interaction, "final", seconds)
    return view["state"] == "answered" or (view["state"] == "deferred" and view["edits"] > 0)


def clean(stack):
    stack.clear_faults()
    if stack.postgres.sql("SELECT 1 FROM cfg.ticket_panel_config WHERE left_at IS NOT NULL"):
        be_invited(stack)
    if stack.member(APPLICANT) is None:
        stack.world("add_member", user=APPLICANT)
    for channel in stack.ticket_channels() + [c for c in stack.channels() if c["name"] == "filler"]:
        stack.world("delete_channel", channel=channel["id"])
    wait_for(lambda: stack.postgres.sql("SELECT 1 FROM cfg.tickets WHERE state = 'open'") == [], "the tickets to be closed")
    for (category,) in stack.postgres.sql("DELETE FROM cfg.overflow_categories RETURNING channel_id"):
        stack.world("delete_channel", channel=category)
    stack.quiet()
    stack.world("set_roles", user=APPLICANT, roles=[])


def start_faulted(stack, prepare, faults, once):
    """Where starting up may be what dies: prepared by a sound daemon, then started again."""
    stack.start_daemon(faults={})
    prepare(stack)
    stack.stop_daemon()
    try:
        stack.start_daemon(faults=faults)
    except Trouble:
        if not once.exists():
            raise
        stack.stop_daemon(9)
        stack.start_daemon(faults={})


def run_point(stack, point, action):
    """One death, in a stack whose daemon is not running."""
    prepare, act = scenario_of(point)
    once = stack.directory / "once"
    once.unlink(missing_ok=True)
    stack.before = int(stack.postgres.sql("SELECT coalesce(max(tid), 0) FROM cfg.tickets")[0][0])
    role = point.split("/")[0] if point.split("/")[0] in ("supervisor", "editor") else "worker"
    faults = {"MAGIKAL_FAULT": f"{point}:{action}", "MAGIKAL_FAULT_ROLE": role, "MAGIKAL_FAULT_ONCE": str(once)}

    if role == "worker":
        stack.start_daemon(faults=faults)
        prepare(stack)          # presses other flows than the one that is to die
    else:
        start_faulted(stack, prepare, faults, once)
    faulted = stack.daemon
    interactions = []
    try:
        interactions = act(stack)
    except Trouble:
        if not once.exists():       # a supervisor that died takes the gateway along
            raise
    try:
        wait_for(once.exists, "the point to be hit", 40)
    except Trouble:
        raise Trouble("the point was never hit") from None
    if role == "supervisor" and "MAGIKAL_FAULT" in stack.environment:
        faulted.wait(20)
        stack.stop_daemon(9)        # what the service manager does
        stack.start_daemon(faults={})
    unanswered = [i for i in interactions if not is_answered(stack, i, 40)]
    stack.quiet()
    problems = invariants(stack, point)
    if unanswered and role != "supervisor":
        problems.append(f"the person got an answer: {[stack.interaction(i, 'final', 0.1)['state'] for i in unanswered]}")
    clean(stack)
    stack.stop_daemon()
    if problems:
        raise Trouble("not so: " + "; ".join(problems))


def run_batch(batch, action):
    """Points one after the other in one stack; a fresh one after a failure. Yields (point, error or None, seconds)."""
    results = []
    stack = None
    for point in batch:
        started = time.monotonic()
        error = None
        try:
            if stack is None:
                # what is shown follows at once: nobody types while the process dies
                stack = RecruitStack(workers=2, config={"tickets": {"edit_quiet_ms": 20}}).__enter__()
                stack.set_up()
                r.set_up(stack)
                stack.answer(stack.tickets(ADMIN, "set-dm-on-close", enabled=True))     # so that resolving takes all of its steps
                stack.stop_daemon()
            run_point(stack, point, action)
        except Exception as trouble:
            error = f"{type(trouble).__name__}: {trouble}"
            if stack is not None:
                stack.keep = stack.keep or os.environ.get("MAGIKAL_KEEP_FAILED")
                error += f"\nlog: {stack.log_path}\n" + "\n".join(stack.log().splitlines()[-15:])
                stack.close()
            stack = None
        results.append((point, error, time.monotonic() - started))
        print(f"# {'FAILED' if error else 'held'}: {point}", file=sys.stderr, flush=True)
    if stack is not None:
        for what, check in (("schema of their traffic", stack.judge), ("sanitizers", stack.expect_sane)):
            try:
                check()
            except Trouble as trouble:
                results.append((f"{batch[0]} and others: {what}", str(trouble), 0))
        stack.close()
    return results


def second_try(result, action):
    """Many deaths at once need a machine that keeps up: what failed is tried once more, alone, and named."""
    point, error, _ = result
    again = run_batch([point], action)
    if all(e is None for _, e, _ in again):
        print("\n".join(f"# {line}" for line in [f"passed only alone: {point}; at first:", *error.splitlines()]))
        return (point, None, 0)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--action", default="kill")
    parser.add_argument("pattern", nargs="*")
    options = parser.parse_args()
    skip_unless_possible()
    # no flow of support tickets wants an edit: the editor's own points are in tests/e2e/test-editor.py
    chosen = [p for p in points() if not p.startswith("editor/") and (not options.pattern or any(x in p for x in options.pattern))]
    batches = [chosen[i::options.jobs] for i in range(options.jobs)]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = [r for batch in pool.map(lambda b: run_batch(b, options.action), batches) for r in batch]
    results = [second_try(r, options.action) if r[1] and r[0] in chosen else r for r in results]
    n_failed = 0
    for n, (point, error, seconds) in enumerate(results, 1):
        print(f"{'not ok' if error else 'ok'} {n} - {options.action} at {point}")
        if error:
            n_failed += 1
            print("\n".join(f"# {line}" for line in error.splitlines()))
    print(f"1..{len(results)}")
    return 1 if n_failed else 0


sys.exit(main())
