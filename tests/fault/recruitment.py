"""
Recruitment in the fault matrix: what is going on while the process dies, and what must hold of applications afterwards. A prepare function
brings an application to where the flow under test begins; an act function starts that flow and returns the interactions that must be
answered.
"""

import json
import re
import urllib.request

from recruit import ANSWERS, APPROVE, CHANNEL_APPLY, CHANNEL_RECORDS, CLOSE, CONFIRM, EDIT, FINALISE, QNA, REASON, REJECT, STEP1, fields_of
from stack import ADMIN, APPLICANT, CHANNEL_LOG, GUILD, OWNER, ROLE_SUPPORT, STAFF, TOKEN, wait_for

WORDS = [REASON, "Asterin", "tractor beam", "night shift"]

AREA = "rescue"

STATUSES = {"pending": "Pending", "qna_received": "Q&A received", "approved": "Approved", "declined": "Declined", "finalised": "Finalised",
            "removed": "Removed"}


def set_up(stack):
    """So that every flow takes all of its steps: an area with a role of its own, nicknames that follow, channels that are hidden, DMs."""
    stack.set_up_recruitment()
    stack.postgres.sql(f"SELECT cfg.option_add({GUILD}, '{AREA}', NULL, {ROLE_SUPPORT}, ARRAY['medical', 'salvage'], 25);"
                       f"UPDATE cfg.recruit_settings SET nick_sync = true, access_mode = 'hide' WHERE guild_id = {GUILD}")


# ---- before the death --------------------------------------------------------------------------------------------------------------------

def prepare_application(stack):
    """An open ticket whose Step 1 is not in."""
    stack.channel = stack.open_application(APPLICANT)
    stack.tid = stack.ticket_of(stack.channel)


def prepare_step1_form(stack):
    prepare_application(stack)
    stack.form = stack.form_behind(APPLICANT, stack.channel, STEP1)


def prepare_pending(stack):
    prepare_application(stack)
    stack.answer(stack.fill_step1(APPLICANT, stack.channel))
    stack.quiet()


def prepare_edit_form(stack):
    prepare_pending(stack)
    stack.form = stack.form_behind(APPLICANT, stack.channel, EDIT)


def prepare_edit_form_untold(stack):
    prepare_untold(stack)
    stack.form = stack.form_behind(APPLICANT, stack.channel, EDIT)


def prepare_qna_form(stack):
    prepare_pending(stack)
    stack.form = stack.form_behind(APPLICANT, stack.channel, QNA)


def prepare_answered(stack):
    prepare_pending(stack)
    stack.answer(stack.fill_qna(APPLICANT, stack.channel))
    stack.quiet()


def prepare_approved(stack):
    prepare_answered(stack)
    stack.answer(stack.approve(stack.channel))
    stack.quiet()


def prepare_reject_form(stack):
    prepare_answered(stack)
    stack.form = stack.form_behind(STAFF, stack.channel, REJECT)


def prepare_erase_question(stack):
    """Somebody of whom only what is over is stored."""
    prepare_reject_form(stack)
    stack.answer(send_reject(stack)[0])
    stack.quiet()
    stack.question = stack.tickets(ADMIN, "erase", member=APPLICANT)
    stack.answer(stack.question)


def prepare_blanked(stack):
    """As the hourly job leaves an application whose time is over; its record follows when somebody looks."""
    prepare_reject_form(stack)
    stack.answer(send_reject(stack)[0])
    stack.quiet()
    stack.postgres.sql(f"SELECT cfg.application_blank({stack.tid}); UPDATE cfg.recruit_applications SET record_is_stale = false")


def prepare_close_question(stack):
    prepare_answered(stack)
    stack.question = stack.press_button(STAFF, stack.channel, CLOSE)
    stack.answer(stack.question)


def prepare_finalise_question(stack):
    prepare_approved(stack)
    stack.question = stack.press_button(OWNER, stack.channel, FINALISE)
    stack.answer(stack.question)


def prepare_unfinished_closing(stack):
    """A ticket that no flow works on: what a flow given up for good leaves behind."""
    prepare_pending(stack)
    stack.postgres.sql(f"UPDATE cfg.tickets SET state = 'closing' WHERE tid = {stack.tid};"
                       f"UPDATE cfg.recruit_applications SET closed_undecided = true WHERE tid = {stack.tid}")


def prepare_lost(stack):
    """Only its channel still knows the ticket. What happened before a backup is in another copy of the audit."""
    prepare_pending(stack)
    stack.channel = stack.aged(stack.channel)
    wait_for(lambda: stack.application(stack.tid)["closed_undecided"] == "t", "the first channel to be missed")
    stack.quiet()
    entry = next(m for m in reversed(stack.messages(CHANNEL_LOG)) if "deleted by hand" in m["embeds"][0].get("title", ""))
    stack.world("delete_message", channel=CHANNEL_LOG, message=entry["id"])
    stack.postgres.sql(f"DELETE FROM flow.audit WHERE subject = 'ticket:{stack.tid}'")
    stack.lose_ticket(stack.tid)


def prepare_target(stack):
    """A channel of its own for each death: what is deleted is told once."""
    before = {c["id"] for c in stack.channels()}
    stack.world("add_channels", n=1)
    stack.target = next(c["id"] for c in stack.channels() if c["id"] not in before)
    stack.postgres.sql(f"UPDATE cfg.ticket_panel_config SET support_panel = {stack.target} WHERE guild_id = {GUILD}")


def prepare_left(stack):
    """The applicant is gone, and somebody has tidied up after them."""
    prepare_pending(stack)
    stack.world("remove_member", user=APPLICANT)
    wait_for(lambda: stack.application(stack.tid)["has_left"] == "t", "the leave to be noted")
    stack.quiet()
    stack.world("set_overwrite", channel=stack.channel, id=APPLICANT, type=1, allow="0", deny="0")


def prepare_untold(stack):
    """RSI could not be read when the applicant applied."""
    stack.fault("GET", "/citizens/{handle}", "status", status=503, count=-1)
    prepare_pending(stack)
    stack.clear_faults()


def without_record(prepare):
    """Somebody has deleted the record by hand: the flow posts it again."""
    def prepared(stack):
        prepare(stack)
        stack.world("delete_message", channel=CHANNEL_RECORDS, message=stack.record(stack.tid)["id"])
    return prepared


def without_ticket_message(prepare):
    """Somebody has deleted the ticket's message by hand: the flow posts it again."""
    def prepared(stack):
        prepare(stack)
        stack.world("delete_message", channel=stack.channel, message=stack.messages(stack.channel)[0]["id"])
    return prepared


def post_as_bot(stack, channel, body):
    request = urllib.request.Request(f"http://{stack.address}/api/v10/channels/{channel}/messages", data=json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json", "Authorization": f"Bot {TOKEN}",
                                              "User-Agent": "DiscordBot (https://example.invalid, 1)"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)["id"]


def with_record(prepare):
    """An application that is a draft, and has a record all the same: as when its row was lost and rebuilt."""
    def prepared(stack):
        prepare(stack)
        message = post_as_bot(stack, CHANNEL_RECORDS, {"embeds": [{"title": "Application", "footer": {"text": f"TID {stack.tid} APP 0"}}]})
        stack.postgres.sql(f"UPDATE cfg.recruit_applications SET record_channel = {CHANNEL_RECORDS}, record_message = {message}"
                           f" WHERE tid = {stack.tid}")
    return prepared


# ---- what the person does --------------------------------------------------------------------------------------------------------------

def apply(stack):
    return [stack.press_button(APPLICANT, CHANNEL_APPLY, "Apply")]


def send_step1(stack):
    return [stack.send(APPLICANT, stack.form, stack.step1(area=AREA))]


def send_edit(stack):
    return [stack.send(APPLICANT, stack.form, {"Main area/focus": AREA})]


def send_qna(stack):
    return [stack.send(APPLICANT, stack.form, ANSWERS)]


def press_approve(stack):
    return [stack.press_button(STAFF, stack.channel, APPROVE)]


def send_reject(stack):
    return [stack.send(STAFF, stack.form, {"Reason": REASON})]


def confirm_close(stack):
    return [stack.press_answer(STAFF, stack.question, CONFIRM)]


def confirm_finalise(stack):
    return [stack.press_answer(OWNER, stack.question, CONFIRM)]


def remove_member(stack):
    return [stack.remove_member(APPLICANT)]


def reopen_qna(stack):
    return [stack.invoke(OWNER, "tickets reopen-qna", at=stack.channel)]


def confirm_erase(stack):
    return [stack.press_answer(ADMIN, stack.question, "Forget")]


def make_record_stale(stack):
    flows = "SELECT count(*) FROM flow.flow WHERE kind = 'record.refresh'"
    before = stack.postgres.sql(flows)
    stack.postgres.sql(f"UPDATE cfg.recruit_applications SET record_is_stale = true WHERE tid = {stack.tid}")
    wait_for(lambda: stack.postgres.sql(flows) != before, "somebody to look for stale records", 30)
    return []


def leave(stack):
    stack.world("remove_member", user=APPLICANT)
    return []


def come_back(stack):
    stack.world("add_member", user=APPLICANT)
    return []


def find_lost(stack):
    rebuilt = "SELECT count(*) FROM flow.flow WHERE kind = 'ticket.rebuild'"
    before = stack.postgres.sql(rebuilt)
    stack.gateway("invalid_session", resumable=False)
    wait_for(lambda: stack.postgres.sql(rebuilt) != before, "the lost ticket to be found", 60)
    return []


def delete_target(stack):
    stack.world("delete_channel", channel=stack.target)
    return []


def edit_topic(stack):
    stack.world("edit_topic", channel=stack.channel, topic="")
    return []


def leave_for_a_moment(stack):
    """Who looks after them finds them again."""
    stack.fault("GET", "/guilds/{guild_id}/members/{user_id}", "slow", ms=500)
    leave(stack)
    return come_back(stack)


def sweep(kind):
    """The sweeper looks after each READY of the gateway."""
    def act(stack):
        flows = f"SELECT count(*) FROM flow.flow WHERE kind = '{kind}'"
        before = stack.postgres.sql(flows)
        stack.gateway("invalid_session", resumable=False)
        wait_for(lambda: stack.postgres.sql(flows) != before, "the sweeper to come", 60)
        return []
    return act


def set_org(stack):
    """Of all settings the one that the panel shows too; another page each time, so that something changes."""
    stack.n_orgs = getattr(stack, "n_orgs", 0) + 1
    return [stack.invoke(ADMIN, "tickets set-org", url=f"https://robertsspaceindustries.com/orgs/LANTERN{stack.n_orgs}")]


def say_reopen(stack):
    stack.act(STAFF, "say", channel=stack.channel, content="!reopen_qna")
    return []


def refuse_messages(stack):
    """The channel is made, its message is refused: the flow walks back."""
    stack.fault("POST", "/channels/{channel_id}/messages", "status", status=403, code=50013, count=-1)


def lose_then_refuse(method, route, n):
    """It is done and the answer lost; the next try is refused: what may have been done is taken back. n: how many answers are
    lost. A request that may be repeated is repeated by libcurl itself, for as long as it has kept connections that break."""
    def arranged(prepare):
        def prepared(stack):
            prepare(stack)
            stack.fault(method, route, "drop_after", count=n)
            stack.fault(method, route, "status", status=403, code=50013, count=-1)
        return prepared
    return arranged


lose_role = lose_then_refuse("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", 5)
lose_removal = lose_then_refuse("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", 5)
lose_log = lose_then_refuse("POST", "/channels/{channel_id}/messages", 1)


SCENARIOS = [
    # point begins with                     prepare                                     act
    (r"recruit\.open/.*/undo-",             refuse_messages,                            apply),
    (r"recruit\.open/",                     lambda stack: None,                         apply),
    (r"recruit\.step1/written/.*-wait",     with_record(prepare_step1_form),            send_step1),
    (r"recruit\.step1/",                    prepare_step1_form,                         send_step1),
    (r"recruit\.edit-step1/record/",        without_record(prepare_edit_form),          send_edit),
    (r"recruit\.edit-step1/rsi/",           prepare_edit_form_untold,                   send_edit),
    (r"recruit\.edit-step1/",               prepare_edit_form,                          send_edit),
    (r"recruit\.qna/record/",               without_record(prepare_qna_form),           send_qna),
    (r"recruit\.qna/",                      prepare_qna_form,                           send_qna),
    (r"recruit\.approve/.*/undo-",          lose_role(prepare_answered),                press_approve),
    (r"recruit\.approve/record/",           without_record(prepare_answered),           press_approve),
    (r"recruit\.approve/",                  prepare_answered,                           press_approve),
    (r"recruit\.reject/.*/undo-",           lose_log(prepare_reject_form),              send_reject),
    (r"recruit\.reject/record/",            without_record(prepare_reject_form),        send_reject),
    (r"recruit\.reject/",                   prepare_reject_form,                        send_reject),
    (r"recruit\.close/.*/undo-",            lose_log(prepare_close_question),           confirm_close),
    (r"recruit\.close/record/",             without_record(prepare_close_question),     confirm_close),
    (r"recruit\.close/",                    prepare_close_question,                     confirm_close),
    (r"recruit\.finalise/.*/undo-",         lose_log(prepare_finalise_question),        confirm_finalise),
    (r"recruit\.finalise/record/",          without_record(prepare_finalise_question),  confirm_finalise),
    (r"recruit\.finalise/",                 prepare_finalise_question,                  confirm_finalise),
    (r"recruit\.remove/.*/undo-",           lose_removal(prepare_approved),             remove_member),
    (r"recruit\.remove/record/",            without_record(prepare_approved),           remove_member),
    (r"recruit\.remove/",                   prepare_approved,                           remove_member),
    (r"recruit\.reopen-qna/record/",        without_record(prepare_answered),           reopen_qna),
    (r"recruit\.reopen-qna/message/",       without_ticket_message(prepare_answered),   reopen_qna),
    (r"recruit\.reopen-qna/answer/",        prepare_answered,                           say_reopen),
    (r"recruit\.reopen-qna/",               prepare_answered,                           reopen_qna),
    (r"rsi\.refresh/record/",               without_record(prepare_untold),             sweep("rsi.refresh")),
    (r"rsi\.refresh/",                      prepare_untold,                             sweep("rsi.refresh")),
    (r"person\.erase/",                     prepare_erase_question,                     confirm_erase),
    (r"record\.refresh/",                   prepare_blanked,                            make_record_stale),
    (r"recruit\.settings/",                 lambda stack: None,                         set_org),
]


# ---- what must hold afterwards -----------------------------------------------------------------------------------------------------------

def invariants(stack, hold):
    """Of every application; what people's roles are, only of those that were made for this death: cleaning up takes roles by hand."""
    sql = stack.postgres.sql
    records = {}
    for message in stack.records():
        tid, app = re.match(r"TID (\d+) APP (\d+)", message["embeds"][0]["footer"]["text"]).groups()
        records.setdefault(tid, []).append((message, app))
    channels = {re.search(r"TID:(\d+)", c["topic"]).group(1): c for c in stack.ticket_channels()}
    log = [m["embeds"][0].get("title") for m in stack.messages(CHANNEL_LOG) if m["embeds"]]
    rows = sql("SELECT a.tid, a.app_id, a.status, coalesce(a.role, '-'), coalesce(a.zone, '-'), a.closed_undecided, a.record_message, t.state, t.guild_no,"
               f" a.granted_role, t.outcome, a.blanked_at IS NOT NULL FROM cfg.recruit_applications a JOIN cfg.tickets t USING (tid) WHERE t.guild_id = {GUILD} ORDER BY 1")
    hold(set(records) <= {row[0] for row in rows if row[2] != "draft"}, "every record belongs to an application that was sent")

    for tid, app, status, role, zone, undecided, message, state, number, granted, outcome, blanked in rows:
        if status != "draft":
            mine = records.get(tid, [])
            hold(len(mine) == 1, f"application {app} ({status}) has one record: {len(mine)}")
            wanted = STATUSES[status] + (", closed without a decision" if undecided == "t" else "")
            for record, of in mine:
                shown = fields_of(record).get("Status")
                hold((of, record["id"]) == (app, message), f"the record of application {app} is known as {message}")
                hold(shown == wanted, f"the record of application {app} says {wanted}, not {shown}")
                told = "Asterin of the Vale" in fields_of(record).get("RSI profile", "")
                hold(told == (blanked == "f"), f"the record of application {app} says what RSI says, unless its texts are gone")
                hold((REASON in json.dumps(record)) == (status in ("declined", "removed") and blanked == "f"), f"and so for the reason: {app}")
                hold(int(tid) <= stack.before or ("Ticket" in fields_of(record)) == (state == "open"),
                     f"the record of application {app} links its ticket while that is there")
        if tid in channels:
            markers = dict(word.split(":", 1) for word in channels[tid]["topic"].split())
            hold(markers == {"TID": tid, "REQ": role, "APP": app, "TZ": zone, "OPENER": APPLICANT}, f"the topic of ticket {tid} equals its row: {markers}")
        hold((tid in channels) == (state == "open"), f"ticket {tid} is {state} and its channel is {'there' if tid in channels else 'gone'}")
        hold(state != "open" or (status not in ("declined", "finalised") and undecided == "f"), f"a settled application has no open ticket: {tid} {status}")
        by_hand = outcome == "deleted by hand"
        for done, title in ((status in ("approved", "finalised", "removed"), f"Application #{number} approved"),
                            (status == "declined", f"Application #{number} declined"),
                            (undecided == "t" and not by_hand, f"Application #{number} closed without a decision"),
                            (by_hand, f"Channel of application #{number} deleted by hand")):
            n = log.count(title)
            hold(n == done, f"application {app} ({status}, {outcome}): {title!r} is in the log {int(done)} times, not {n}")

    decided = sql("SELECT subject, action, count(*) FROM flow.audit WHERE subject LIKE 'ticket:%' AND action LIKE 'application.%'"
                  " AND action NOT LIKE '%qna%' AND action NOT LIKE '%edit%' GROUP BY 1, 2 HAVING count(*) > 1")
    hold(decided == [], f"nothing happens to an application twice: {decided}")

    now = [row for row in rows if int(row[0]) > stack.before]
    if now:
        status, granted = now[-1][2], now[-1][9]
        wanted = {granted} if status in ("approved", "finalised") else set()
        hold(stack.roles(APPLICANT) == wanted, f"the applicant ({status}) has the roles {wanted}: {stack.roles(APPLICANT)}")
        left = stack.member(APPLICANT) is None
        hold(now[-1][7] != "open" or (stack.application(now[-1][0])["has_left"] == "t") == left, f"the applicant has {'left' if left else 'not left'}")
    told = sql("SELECT count(*) FROM flow.audit WHERE action = 'target.gone'")[0][0]
    hold(log.count("Something that tickets use was deleted") == int(told), f"each of {told} deleted targets is in the log once")
    nonces = [e["nonce"] for e in stack.effects() if e["effect"] == "message.create" and e["channel"] == CHANNEL_RECORDS and e.get("nonce")
              and not e["deduplicated"]]
    hold(len(nonces) == len(set(nonces)), "no record was posted twice")
