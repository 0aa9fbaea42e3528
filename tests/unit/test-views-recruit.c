/* Views of recruitment: what people will see, which buttons stand when, and that nothing exceeds Discord's limits. */

#include "magikal/views-recruit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../lib/known-keys.h"
#include "magikal/cut.h"
#include "magikal/interaction.h"
#include "magikal/views.h"
#include "views-rig.h"

#define GUILD ((GuildId) { UINT64_C(800000000000000001) })
#define PING ((RoleId) { UINT64_C(810000000000000002) })
#define OPENED_AT (UINT64_C(1770091506) * USEC_PER_SEC)
#define ORG "https://robertsspaceindustries.com/orgs/EXAMPLE"

static int set_up(void **state) {
        *state = known_keys(KNOWN_KEY_K);
        return *state ? 0 : -1;
}

static int tear_down(void **state) {
        keys_free(*state);
        return 0;
}

static const Ticket some_ticket = {
        .id = { 42 },
        .guild = { UINT64_C(800000000000000001) },
        .guild_no = 7,
        .kind = TICKET_RECRUITMENT,
        .state = TICKET_OPEN,
        .opener_user = { UINT64_C(700000000000000001) },
        .channel = { UINT64_C(820000000000000099) },
        .opened_at = OPENED_AT,
};

static const Application some_application = {
        .id = { 9 },
        .ticket = { 42 },
        .status = APPLICATION_PENDING,
        .requested = REQUESTED_MEMBER,
        .is_qna_open = true,
        .area = "medical",
        .zone = "Europe/Berlin",
        .handle = "Test_Pilot",
        .notes = "Hi, I *fly* a rescue ship.",
};

static const Citizen some_citizen = {
        .result = CITIZEN_FOUND,
        .display_name = "Test *Pilot*",
        .record = "#201886",
        .enlisted = "2021-02-17",
        .avatar_url = "https://cdn.robertsspaceindustries.com/static/pilot.png",
        .org = CITIZEN_ORG_NAMED,
        .org_name = "Example Rescue",
        .org_sid = "EXAMPLE",
        .org_rank = "Medic",
        .n_stars = 3,
};

static const AnswerShown some_answers[] = {
        { "Strengths", "`medical` `mining`" },
        { "Availability", "18:00\xE2\x80\x93" "22:30 (UK time: 17:00\xE2\x80\x93" "21:30)" },
        { "Voice comms / mic ready", "Yes" },
        { "Anything else we should know", NULL },
};

/* An application in one of its lives; what it points to is the caller's. */
typedef struct Case {
        Ticket ticket;
        Application application;
        ApplicationShown shown;
} Case;

static void begin(Case *c, ApplicationStatus status) {
        *c = (Case) { .ticket = some_ticket, .application = some_application };
        c->shown = (ApplicationShown) {
                .lang = TEST_LANG,
                .ticket = &c->ticket,
                .application = &c->application,
                .citizen = &some_citizen,
                .has_offset = true,
                .offset_s = 3600,
        };
        c->application.status = status;
        if (status == APPLICATION_DRAFT) {
                c->application = (Application) { .id = { 9 }, .ticket = { 42 } };
                c->shown.citizen = NULL;
                return;
        }
        if (status == APPLICATION_PENDING)
                return;
        c->application.is_qna_open = false;
        c->shown.answers = some_answers;
        c->shown.n_answers = ELEMENTSOF(some_answers);
        if (status == APPLICATION_QNA_RECEIVED)
                return;
        c->application.decider_user = (UserId) { UINT64_C(700000000000000002) };
        c->application.decided_at = OPENED_AT + 3600 * USEC_PER_SEC;
        if (status == APPLICATION_DECLINED)
                c->application.reason = "Was rude to *everybody*.";
        if (status == APPLICATION_FINALISED || status == APPLICATION_REMOVED) {
                c->shown.finaliser = (UserId) { UINT64_C(700000000000000003) };
                c->shown.finalised_at = OPENED_AT + 7200 * USEC_PER_SEC;
        }
        if (status == APPLICATION_REMOVED) {
                c->application.remover_user = (UserId) { UINT64_C(700000000000000003) };
                c->application.removed_at = OPENED_AT + 9000 * USEC_PER_SEC;
                c->application.reason = "Inactive for a year.";
        }
        if (status != APPLICATION_APPROVED)
                c->ticket.state = TICKET_CLOSED;
}

static Json *parse(const char *body) {
        Json *json = NULL;

        assert_int_equal(json_parse(body, strlen(body), &json), 0);
        return json;
}

/* The controls of a message, "r1 | rc": rows apart by a bar, a link by its dash. */
static char *controls(const Keys *keys, const Json *body) {
        _strbuf_ StrBuf out = {};
        char *text = NULL;
        CustomId id;

        JSON_FOREACH(row, json_get(body, "components")) {
                if (out.n_bytes > 0)
                        strbuf_append(&out, " |");
                JSON_FOREACH(button, json_get(row, "components")) {
                        const char *custom_id = json_text(json_get(button, "custom_id"));

                        if (out.n_bytes > 0)
                                strbuf_append_char(&out, ' ');
                        if (custom_id)
                                assert_int_equal(custom_id_read(keys, GUILD, custom_id, &id), 0);
                        strbuf_append(&out, custom_id ? id.control : "-");
                }
        }
        assert_int_equal(strbuf_finish(&out, &text), 0);
        return text;
}

static void has_controls(const Keys *keys, const Json *body, const char *expected) {
        _free_ char *found = controls(keys, body);

        assert_string_equal(found, expected);
}

/* ---- controls --------------------------------------------------------------------------------------------------------------------- */

/* Names of all views' controls, as the headers have them. */
static size_t read_controls(const char *header, char names[][CUSTOM_ID_CONTROL_MAX + 1], size_t n) {
        const char *dir = getenv("MAGIKAL_SOURCE_DIR");
        _strbuf_ StrBuf path = {};
        char line[512];
        FILE *f;

        strbuf_appendf(&path, "%s/include/magikal/%s", dir ? dir : ".", header);
        f = fopen(strbuf_text(&path), "r");
        assert_non_null(f);
        while (fgets(line, sizeof(line), f)) {
                const char *from = strncmp(line, "#define CONTROL_", 16) == 0 ? strchr(line, '"') : NULL;
                size_t n_bytes = from ? strcspn(from + 1, "\"") : 0;

                if (!from)
                        continue;
                assert_in_range(n_bytes, 1, CUSTOM_ID_CONTROL_MAX);
                assert_true(n < 64);
                memcpy(names[n], from + 1, n_bytes);
                names[n++][n_bytes] = '\0';
        }
        (void) fclose(f);
        return n;
}

static void no_two_controls_share_a_name(void **state) {
        char names[64][CUSTOM_ID_CONTROL_MAX + 1] = {};
        char custom_id[LIMIT_CUSTOM_ID + 1];
        size_t n, n_support;

        n_support = read_controls("views.h", names, 0);
        n = read_controls("views-recruit.h", names, n_support);
        assert_int_equal(n_support, 4);
        assert_true(n > n_support + 10);
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(custom_id_write(*state, GUILD, names[i], (const uint64_t[]) { 1 }, 1, custom_id), 0);
                for (size_t k = 0; k < i; k++)
                        assert_string_not_equal(names[i], names[k]);
        }
}

/* ---- panel ------------------------------------------------------------------------------------------------------------------------- */

static void the_panel(void **state) {
        _free_ char *body = NULL, *bare = NULL, *edit = NULL;
        _json_ Json *json = NULL, *json_bare = NULL, *json_edit = NULL;

        assert_int_equal(view_recruit_panel(TEST_LANG, *state, GUILD, ORG, "https://media.example/org.png", NONCE, &body), 0);
        json = golden("recruit-panel", body);
        check_message(json);
        assert_int_equal(n_pinged(json), 0);
        has_controls(*state, json, "ro -");

        assert_int_equal(view_recruit_panel(TEST_LANG, *state, GUILD, NULL, "http://media.example/org.png", NONCE, &bare), 0);
        json_bare = parse(bare);
        has_controls(*state, json_bare, "ro");
        assert_null(json_get(json_first(json_get(json_bare, "embeds")), "image"));

        assert_int_equal(view_recruit_panel(TEST_LANG, *state, GUILD, "javascript:alert(1)", NULL, NULL, &edit), 0);
        json_edit = parse(edit);
        has_controls(*state, json_edit, "ro");
        assert_null(json_get(json_edit, "nonce"));
        assert_null(json_get(json_edit, "enforce_nonce"));
}

/* ---- ticket ------------------------------------------------------------------------------------------------------------------------ */

static void the_welcome(void **state) {
        _free_ char *body = NULL;
        _json_ Json *json = NULL;
        Case c;

        begin(&c, APPLICATION_DRAFT);
        assert_int_equal(view_recruit_ticket(*state, &c.shown, PING, NONCE, &body), 0);
        json = golden("recruit-welcome", body);
        check_message(json);
        assert_int_equal(n_pinged(json), 2);
        has_controls(*state, json, "r1 | rc");
}

static void the_ticket_has_the_buttons_of_its_status(void **state) {
        static const struct {
                ApplicationStatus status;
                const char *golden, *controls;
        } cases[] = {
                { APPLICATION_PENDING, "recruit-ticket-pending", "rq r1e | ra rr rc" },
                { APPLICATION_QNA_RECEIVED, "recruit-ticket-answered", "r1e | ra rr rc" },
                { APPLICATION_APPROVED, "recruit-ticket-approved", "rf rc" },
        };
        static const ApplicationStatus settled[] = { APPLICATION_DECLINED, APPLICATION_FINALISED, APPLICATION_REMOVED };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _free_ char *body = NULL;
                _json_ Json *json = NULL;
                Case c;

                begin(&c, cases[i].status);
                assert_int_equal(view_recruit_ticket(*state, &c.shown, PING, NULL, &body), 0);
                json = golden(cases[i].golden, body);
                has_controls(*state, json, cases[i].controls);
        }
        for (size_t i = 0; i < ELEMENTSOF(settled); i++) {
                _free_ char *body = NULL;
                Case c;

                begin(&c, settled[i]);
                assert_int_equal(view_recruit_ticket(*state, &c.shown, PING, NULL, &body), 0);
                assert_non_null(strstr(body, "\"components\":[]"));
                if (c.application.reason)
                        assert_null(strstr(body, c.application.reason));        /* the applicant reads this */
        }
}

static void questions_asked_again_after_the_approval(void **state) {
        _free_ char *body = NULL;
        _json_ Json *json = NULL;
        Case c;

        begin(&c, APPLICATION_APPROVED);
        c.application.is_qna_open = true;
        assert_int_equal(view_recruit_ticket(*state, &c.shown, (RoleId) {}, NULL, &body), 0);
        json = parse(body);
        has_controls(*state, json, "rq | rf rc");
        assert_int_equal(n_pinged(json), 1);
}

static void a_closed_application_has_no_buttons(void **state) {
        _free_ char *body = NULL;
        Case c;

        begin(&c, APPLICATION_PENDING);
        c.application.is_closed_undecided = true;
        assert_int_equal(view_recruit_ticket(*state, &c.shown, PING, NULL, &body), 0);
        assert_non_null(strstr(body, "\"components\":[]"));
        in_english(body, "Pending, closed without a decision");
}

static void the_area_is_called(void **state) {
        _free_ char *body = NULL;
        _json_ Json *json = NULL;
        char *none = NULL;
        Case c;

        begin(&c, APPLICATION_PENDING);
        assert_int_equal(view_recruit_area_call(&c.shown, (RoleId) { 5 }, NONCE, &body), 0);
        json = golden("recruit-area-call", body);
        check_message(json);
        assert_int_equal(n_pinged(json), 1);
        assert_int_equal(view_recruit_area_call(&c.shown, (RoleId) {}, NONCE, &none), -EINVAL);
        (void) state;
}

/* ---- record ------------------------------------------------------------------------------------------------------------------------ */

static void the_record_of_each_status(void **state) {
        static const char *const names[] = {
                [APPLICATION_PENDING] = "record-pending",
                [APPLICATION_QNA_RECEIVED] = "record-answered",
                [APPLICATION_APPROVED] = "record-approved",
                [APPLICATION_DECLINED] = "record-declined",
                [APPLICATION_FINALISED] = "record-finalised",
                [APPLICATION_REMOVED] = "record-removed",
        };

        for (int status = APPLICATION_PENDING; status < _APPLICATION_STATUS_MAX; status++) {
                _free_ char *body = NULL;
                _json_ Json *json = NULL;
                int64_t color = 0;
                Case c;

                begin(&c, (ApplicationStatus) status);
                assert_int_equal(view_record(*state, &c.shown, NONCE, &body), 0);
                json = golden(names[status], body);
                check_message(json);
                assert_int_equal(n_pinged(json), 0);
                has_controls(*state, json, "");
                assert_int_equal(json_get_i64(json_first(json_get(json, "embeds")), "color", &color), 0);
                assert_int_equal(color, application_status_color((ApplicationStatus) status));
                if (c.application.reason)
                        in_english(body, "**Reason**");
                assert_true((strstr(body, "<#820000000000000099>") != NULL) == (c.ticket.state == TICKET_OPEN));
        }
}

static void what_becomes_of_an_application_is_noted(void **state) {
        _free_ char *body = NULL;
        Case c;

        begin(&c, APPLICATION_QNA_RECEIVED);
        c.application.is_closed_undecided = c.application.has_left = true;
        c.ticket.state = TICKET_CLOSED;
        assert_int_equal(view_record(*state, &c.shown, NONCE, &body), 0);
        in_english(body, "Q&A received, closed without a decision");
        assert_non_null(strstr(body, text_lookup(TEST_LANG, TEXT_RECRUIT_HAS_LEFT)));
        assert_null(strstr(body, "<#"));
}

static void rsi_is_quoted_honestly(void **state) {
        static const struct {
                Citizen citizen;
                const char *words;
        } cases[] = {
                { { .result = CITIZEN_NOT_ASKED }, "Not looked up yet." },
                { { .result = CITIZEN_ABSENT, .display_name = "stale", .avatar_url = "https://media.example/stale.png" }, "RSI knows no citizen of that handle." },
                { { .result = CITIZEN_NOT_TOLD }, "RSI did not tell" },
                { { .result = CITIZEN_FOUND, .display_name = "A" }, "none, the account never enlisted" },
                { { .result = CITIZEN_FOUND, .display_name = "A", .org = CITIZEN_ORG_NONE }, "Main organisation: none in public" },
                { { .result = CITIZEN_FOUND, .display_name = "A", .org = CITIZEN_ORG_CONCEALED }, "Main organisation: not shown in public" },
                { { .result = CITIZEN_FOUND, .display_name = "<@1>", .org = CITIZEN_ORG_NAMED, .org_sid = "ABC" }, "Main organisation: ABC" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _free_ char *body = NULL;
                Case c;

                begin(&c, APPLICATION_PENDING);
                c.shown.citizen = &cases[i].citizen;
                assert_int_equal(view_record(*state, &c.shown, NONCE, &body), 0);
                in_english(body, cases[i].words);
                assert_null(strstr(body, "stale"));
                assert_null(strstr(body, "thumbnail"));
                assert_null(strstr(body, " <@1>"));
        }
}

static void zones_are_shown_with_their_offset(void **state) {
        static const struct {
                const char *zone;
                bool has_offset;
                const char *words;
        } cases[] = {
                { "Europe/Berlin", true, "\"Europe/Berlin (UTC+1)\"" },
                { "Europe/Berlin", false, "\"Europe/Berlin\"" },
                { "UTC+2", true, "\"UTC+2\"" },
                { "America/Port_of_Spain", false, "\"America/Port\\\\_of\\\\_Spain\"" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _free_ char *body = NULL;
                Case c;

                begin(&c, APPLICATION_PENDING);
                c.application.zone = cases[i].zone;
                c.shown.has_offset = cases[i].has_offset;
                assert_int_equal(view_record(*state, &c.shown, NONCE, &body), 0);
                in_english(body, cases[i].words);
        }
}

/* What erasing a person leaves: nothing of theirs, and still a record. */
static void the_forgotten_leave_a_record(void **state) {
        _free_ char *body = NULL;
        _json_ Json *json = NULL;
        Case c;

        begin(&c, APPLICATION_APPROVED);
        c.ticket.opener_user = c.application.decider_user = (UserId) {};
        c.application.area = c.application.zone = c.application.handle = c.application.notes = NULL;
        c.shown.citizen = NULL;
        c.shown.n_answers = 0;
        assert_int_equal(view_record(*state, &c.shown, NONCE, &body), 0);
        json = golden("record-forgotten", body);
        check_message(json);
}

/* ---- what does not fit ---------------------------------------------------------------------------------------------------------------- */

enum { N_LONG = 20 };

static void fill(StrBuf *out, const char *piece, size_t n) {
        for (size_t i = 0; i < n; i++)
                strbuf_append(out, piece);
}

/* Long texts give way to facts, never the other way round. */
static void facts_are_whole(const Json *body, int n_fields) {
        const Json *fields = json_get(json_first(json_get(body, "embeds")), "fields");
        const char *last = NULL;

        assert_int_equal(json_array_size(fields), n_fields);
        JSON_FOREACH(field, fields) {
                last = json_text(json_get(field, "value"));
                assert_null(strstr(last, "more characters"));
        }
        assert_non_null(strstr(last, "\xE2\x98\x85\xE2\x98\x85\xE2\x98\x85"));
}

/* Everything as long as its form takes, in the characters that cost most. */
static void nothing_exceeds_the_limits(void **state) {
        static const char *const pieces[] = { "*", "\xF0\x9F\x98\x80", "a", "\\" };

        for (size_t i = 0; i < ELEMENTSOF(pieces); i++) {
                _strbuf_ StrBuf notes = {}, label = {}, answer = {}, escaped = {}, area = {}, name = {};
                _free_ char *record = NULL, *ticket = NULL, *log = NULL;
                _json_ Json *json_record = NULL, *json_ticket = NULL, *json_log = NULL;
                AnswerShown answers[N_LONG];
                Citizen citizen = some_citizen;
                Case c;

                fill(&notes, pieces[i], 4000);
                fill(&label, pieces[i], LIMIT_LABEL);
                fill(&answer, pieces[i], 1500);
                fill(&area, pieces[i], 300);    /* more than an area can have, so that the facts alone need a third of it all */
                fill(&name, pieces[i], 150);
                text_escape(&escaped, strbuf_text(&answer));
                for (size_t k = 0; k < N_LONG; k++)
                        answers[k] = (AnswerShown) { strbuf_text(&label), strbuf_text(&escaped) };
                citizen.display_name = citizen.org_name = citizen.org_rank = strbuf_text(&name);
                begin(&c, APPLICATION_REMOVED);
                c.ticket.state = TICKET_OPEN;
                c.application.notes = c.application.reason = strbuf_text(&notes);
                c.application.area = strbuf_text(&area);
                c.application.handle = "____________________________________________________________";
                c.application.zone = "America/Argentina/ComodRivadavia_______________________________";
                c.application.has_left = c.application.is_closed_undecided = true;
                c.shown.citizen = &citizen;
                c.shown.answers = answers;
                c.shown.n_answers = N_LONG;

                assert_int_equal(view_record(*state, &c.shown, NONCE, &record), 0);
                assert_int_equal(view_recruit_ticket(*state, &c.shown, PING, NONCE, &ticket), 0);
                assert_int_equal(view_recruit_log(RECRUIT_LOG_REMOVED, &c.shown, (UserId) { 5 }, OPENED_AT, NONCE, &log), 0);
                json_record = parse(record);
                json_ticket = parse(ticket);
                json_log = parse(log);
                check_message(json_record);
                check_message(json_ticket);
                check_message(json_log);
                has_controls(*state, json_record, "rs");
                in_english(record, "more characters");
                facts_are_whole(json_record, 12);
                facts_are_whole(json_ticket, 11);
        }
}

static const char *description(const Json *body) {
        return json_text(json_get(json_first(json_get(body, "embeds")), "description"));
}

/* One long answer does not push out the short ones. */
static void short_answers_stay_whole(void **state) {
        _strbuf_ StrBuf words = {};
        _free_ char *body = NULL;
        _json_ Json *json = NULL;
        AnswerShown answers[] = { { "First", NULL }, { "Second", "short" }, { "Third", "`a` `b`" } };
        Case c;

        fill(&words, "a", 9000);
        answers[0].answer = strbuf_text(&words);
        begin(&c, APPLICATION_QNA_RECEIVED);
        c.shown.answers = answers;
        c.shown.n_answers = ELEMENTSOF(answers);
        assert_int_equal(view_record(*state, &c.shown, NONCE, &body), 0);
        json = parse(body);
        check_message(json);
        assert_in_range(length_at(json_first(json_get(json, "embeds")), "description"), LIMIT_EMBED_DESCRIPTION - 8, LIMIT_EMBED_DESCRIPTION);
        in_english(description(json), "**Notes**\nHi, I \\*fly\\* a rescue ship.");
        in_english(description(json), "more characters\n\n**Second**\nshort\n\n**Third**\n`a` `b`");
        has_controls(*state, json, "rs");
}

/* A cut within a chip must not make code of what follows. */
static void a_cut_chip_is_closed(void **state) {
        _strbuf_ StrBuf words = {};
        _free_ char *body = NULL;
        _json_ Json *json = NULL;
        AnswerShown answers[] = { { "First", NULL }, { "Second", "`a`" } };
        size_t n = 0;
        Case c;

        strbuf_append(&words, "`ends with a backslash\\` `");
        fill(&words, "k\\", 3000);
        strbuf_append_char(&words, '`');
        answers[0].answer = strbuf_text(&words);
        begin(&c, APPLICATION_QNA_RECEIVED);
        c.shown.answers = answers;
        c.shown.n_answers = ELEMENTSOF(answers);
        assert_int_equal(view_record(*state, &c.shown, NONCE, &body), 0);
        json = parse(body);
        check_message(json);
        for (const char *at = description(json); (at = strchr(at, '`')); at++)
                n++;
        assert_int_equal(n % 2, 0);
}

static void all_answers_are_whole_on_pages(void **state) {
        _strbuf_ StrBuf words = {}, together = {};
        AnswerShown answers[] = { { "First", NULL }, { "Last", "the end" } };
        Case c;

        for (int i = 0; i < 1500; i++)
                strbuf_appendf(&words, "w%d ", i);
        answers[0].answer = strbuf_text(&words);
        begin(&c, APPLICATION_QNA_RECEIVED);
        c.shown.answers = answers;
        c.shown.n_answers = ELEMENTSOF(answers);
        for (size_t page = 0; page < 4; page++) {
                static const char *const expected[] = { "rs", "rs rs", "rs", "rs" };
                _free_ char *data = NULL;
                _json_ Json *json = NULL;

                assert_int_equal(view_answers(*state, &c.shown, page, page == 0, &data), 0);
                json = page == 1 ? golden("answers-page", data) : parse(data);
                has_controls(*state, json, expected[page]);
                assert_true((json_get(json, "flags") != NULL) == (page == 0));
                if (page < 3)
                        strbuf_append(&together, description(json));
                else
                        in_english(data, "Page 3 of 3");
        }
        assert_non_null(strstr(strbuf_text(&together), strbuf_text(&words)));
        assert_non_null(strstr(strbuf_text(&together), "**Last**\nthe end"));
}

static void nothing_written_is_said(void **state) {
        _free_ char *data = NULL;
        Case c;

        begin(&c, APPLICATION_DRAFT);
        assert_int_equal(view_answers(*state, &c.shown, 0, true, &data), 0);
        assert_non_null(strstr(data, text_lookup(TEST_LANG, TEXT_RECRUIT_NO_ANSWER)));
        assert_null(strstr(data, "components"));
}

/* ---- after the decision ---------------------------------------------------------------------------------------------------------------- */

static void the_way_to_rsi(void **state) {
        _free_ char *body = NULL, *bare = NULL, *affiliate = NULL, *read_only = NULL;
        _json_ Json *json = NULL, *json_bare = NULL;
        Case c;

        begin(&c, APPLICATION_APPROVED);
        assert_int_equal(view_rsi_instructions(&c.shown, ORG, NONCE, &body), 0);
        json = golden("rsi-instructions", body);
        check_message(json);
        assert_int_equal(n_pinged(json), 1);
        has_controls(*state, json, "-");
        assert_int_equal(view_rsi_instructions(&c.shown, NULL, NONCE, &bare), 0);
        json_bare = parse(bare);
        has_controls(*state, json_bare, "");
        c.application.requested = REQUESTED_AFFILIATE;
        assert_int_equal(view_rsi_instructions(&c.shown, ORG, NONCE, &affiliate), 0);
        in_english(affiliate, "you keep your main organisation");
        assert_non_null(strstr(affiliate, text_lookup(TEST_LANG, TEXT_INSTRUCTIONS_WRITE)));
        c.application.access = ACCESS_READ_ONLY;
        assert_int_equal(view_rsi_instructions(&c.shown, ORG, NONCE, &read_only), 0);
        assert_null(strstr(read_only, text_lookup(TEST_LANG, TEXT_INSTRUCTIONS_WRITE)));
}

static void dms(void **state) {
        _free_ char *declined = NULL, *approved = NULL, *bare = NULL;
        _json_ Json *json_declined = NULL, *json_approved = NULL;

        assert_int_equal(view_declined_dm(TEST_LANG, "The *best* guild", NONCE, &declined), 0);
        json_declined = golden("recruit-declined-dm", declined);
        check_message(json_declined);
        assert_int_equal(view_approved_dm(TEST_LANG, "The *best* guild", ORG, NONCE, &approved), 0);
        json_approved = golden("recruit-approved-dm", approved);
        check_message(json_approved);
        has_controls(*state, json_approved, "-");
        assert_int_equal(view_approved_dm(TEST_LANG, NULL, NULL, NONCE, &bare), 0);
        assert_null(strstr(bare, "components"));
        assert_null(strstr(bare, text_lookup(TEST_LANG, TEXT_DM_GUILD)));
}

static void the_log_of_each_action(void **state) {
        static const struct {
                ApplicationStatus status;
                const char *golden;
        } cases[_RECRUIT_LOG_MAX] = {
                [RECRUIT_LOG_OPENED] = { APPLICATION_DRAFT, "recruit-log-opened" },
                [RECRUIT_LOG_APPROVED] = { APPLICATION_APPROVED, "recruit-log-approved" },
                [RECRUIT_LOG_REJECTED] = { APPLICATION_DECLINED, "recruit-log-rejected" },
                [RECRUIT_LOG_CLOSED] = { APPLICATION_PENDING, "recruit-log-closed" },
                [RECRUIT_LOG_SHUT] = { APPLICATION_APPROVED, "recruit-log-shut" },
                [RECRUIT_LOG_FINALISED] = { APPLICATION_FINALISED, "recruit-log-finalised" },
                [RECRUIT_LOG_REMOVED] = { APPLICATION_REMOVED, "recruit-log-removed" },
                [RECRUIT_LOG_LEFT] = { APPLICATION_PENDING, "recruit-log-left" },
                [RECRUIT_LOG_BACK] = { APPLICATION_PENDING, "recruit-log-back" },
                [RECRUIT_LOG_VANISHED] = { APPLICATION_PENDING, "recruit-log-vanished" },
        };

        for (int what = 0; what < _RECRUIT_LOG_MAX; what++) {
                _free_ char *body = NULL;
                _json_ Json *json = NULL;
                Case c;

                begin(&c, cases[what].status);
                if (what == RECRUIT_LOG_CLOSED || what == RECRUIT_LOG_SHUT || what == RECRUIT_LOG_VANISHED)
                        c.ticket.state = TICKET_CLOSED;
                assert_int_equal(view_recruit_log((RecruitLog) what, &c.shown, (UserId) { UINT64_C(700000000000000002) }, OPENED_AT, NONCE, &body),
                                 0);
                json = golden(cases[what].golden, body);
                check_message(json);
                assert_int_equal(n_pinged(json), 0);
        }
        (void) state;
}

/* ---- forms ------------------------------------------------------------------------------------------------------------------------------ */

static const RecruitOption some_options[] = {
        { .name = "medical", .emoji = "\xF0\x9F\x9A\x91" },
        { .name = "salvage", .emoji = "<:salvage:830000000000000007>" },
        { .name = "general" },
};
static const RecruitSettings some_settings = { .options = some_options, .n_options = ELEMENTSOF(some_options) };

static const Json *component(const Json *modal, size_t i) {
        const Json *label = json_first(json_get(modal, "components"));

        while (i-- > 0)
                label = json_next(label);
        return json_get(label, "component");
}

/* The value that a select begins with; NULL: none. */
static const char *chosen(const Json *select) {
        const char *value = NULL;

        JSON_FOREACH(option, json_get(select, "options")) {
                bool is_default = false;

                if (json_get_bool(option, "default", &is_default) != 0 || !is_default)
                        continue;
                assert_null(value);     /* Discord refuses two */
                value = json_text(json_get(option, "value"));
        }
        return value;
}

static void step1_is_empty_at_first(void **state) {
        _free_ char *data = NULL;
        _json_ Json *json = NULL;
        CustomId id;

        assert_int_equal(view_step1_modal(TEST_LANG, *state, &some_ticket, &some_settings, &(Step1Values) {}, &data), 0);
        json = golden("step1-modal", data);
        assert_int_equal(custom_id_read(*state, GUILD, json_text(json_get(json, "custom_id")), &id), 0);
        assert_string_equal(id.control, CONTROL_RECRUIT_STEP1_FORM);
        assert_true(id.ids[0] == 42);
        assert_int_equal(json_array_size(json_get(json, "components")), 5);
        for (size_t i = 0; i < 3; i++)
                assert_null(chosen(component(json, i)));
        assert_int_equal(json_array_size(json_get(component(json, 2), "options")), LIMIT_SELECT_OPTIONS);
}

static void step1_is_filled_from_what_is_known(void **state) {
        const Step1Values values = { REQUESTED_AFFILIATE, "salvage", "Asia/Tokyo", "Test_Pilot", "Some *notes*" };
        _free_ char *data = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_step1_modal(TEST_LANG, *state, &some_ticket, &some_settings, &values, &data), 0);
        json = parse(data);
        assert_string_equal(chosen(component(json, 0)), "affiliate");
        assert_string_equal(chosen(component(json, 1)), "salvage");
        assert_string_equal(chosen(component(json, 2)), "Asia/Tokyo");
        assert_string_equal(json_text(json_get(component(json, 3), "value")), "Test_Pilot");
        assert_string_equal(json_text(json_get(component(json, 4), "value")), "Some *notes*");
}

static void a_typed_zone_stays(void **state) {
        const Step1Values values = { .area = "no longer there", .zone = "America/Port_of_Spain" };
        _free_ char *data = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_step1_modal(TEST_LANG, *state, &some_ticket, &some_settings, &values, &data), 0);
        json = parse(data);
        assert_null(chosen(component(json, 1)));
        assert_string_equal(chosen(component(json, 2)), ZONE_NOT_LISTED);
        in_english(data, "\"stays America/Port_of_Spain\"");
}

static void options_must_fit(void **state) {
        RecruitOption options[RECRUIT_OPTIONS_MAX + 1] = {};
        RecruitSettings settings = { .options = options };
        char names[RECRUIT_OPTIONS_MAX + 1][8];
        _free_ char *most = NULL;
        char *none = NULL;

        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                (void) snprintf(names[i], sizeof(names[i]), "area%zu", i);
                options[i].name = names[i];
        }
        assert_int_equal(view_step1_modal(TEST_LANG, *state, &some_ticket, &settings, &(Step1Values) {}, &none), -EINVAL);
        settings.n_options = RECRUIT_OPTIONS_MAX;
        assert_int_equal(view_step1_modal(TEST_LANG, *state, &some_ticket, &settings, &(Step1Values) {}, &most), 0);
        settings.n_options++;
        assert_int_equal(view_step1_modal(TEST_LANG, *state, &some_ticket, &settings, &(Step1Values) {}, &none), -EINVAL);
        assert_null(none);
}

static void small_forms(void **state) {
        _free_ char *zone = NULL, *reject = NULL;
        _json_ Json *json_zone = NULL, *json_reject = NULL;

        assert_int_equal(view_zone_modal(TEST_LANG, *state, &some_ticket, "Brelin", &zone), 0);
        json_zone = golden("zone-modal", zone);
        assert_int_equal(view_reject_modal(TEST_LANG, *state, &some_ticket, &reject), 0);
        json_reject = golden("reject-modal", reject);
}

static void questions_are_a_form(void **state) {
        const char *const typed[] = { "medical, mining", "18:00-22:30", "no", NULL };
        _free_ char *empty = NULL, *filled = NULL;
        _json_ Json *json_empty = NULL, *json_filled = NULL;
        QuestionList questions = {};
        char *none = NULL;
        CustomId id;

        question_reset(&questions, TEST_LANG);
        assert_int_equal(view_qna_modal(TEST_LANG, *state, &some_ticket, &questions, 0, NULL, &empty), 0);
        json_empty = golden("qna-modal", empty);
        assert_int_equal(custom_id_read(*state, GUILD, json_text(json_get(json_empty, "custom_id")), &id), 0);
        assert_string_equal(id.control, CONTROL_RECRUIT_QNA_FORM);
        assert_true(id.ids[0] == 42 && id.ids[1] == 0);
        assert_null(chosen(component(json_empty, 2)));

        assert_int_equal(view_qna_modal(TEST_LANG, *state, &some_ticket, &questions, 0, typed, &filled), 0);
        json_filled = parse(filled);
        assert_string_equal(json_text(json_get(component(json_filled, 0), "value")), "medical, mining");
        assert_string_equal(chosen(component(json_filled, 2)), "no");
        assert_null(json_get(component(json_filled, 3), "value"));
        assert_int_equal(view_qna_modal(TEST_LANG, *state, &some_ticket, &questions, 1, NULL, &none), -EINVAL);
}

static void many_questions_have_pages(void **state) {
        _free_ char *last = NULL, *next = NULL, *fix = NULL;
        _json_ Json *json_last = NULL, *json_next = NULL, *json_fix = NULL;
        QuestionList questions = {};
        char *none = NULL;

        question_reset(&questions, TEST_LANG);
        for (int i = 0; i < 8; i++) {
                char label[16];

                (void) snprintf(label, sizeof(label), "Question %d", i);
                assert_int_equal(question_add(&questions, &(QuestionChange) { .label = label }, 0), 0);
        }
        assert_int_equal(view_qna_modal(TEST_LANG, *state, &some_ticket, &questions, 2, NULL, &last), 0);
        json_last = parse(last);
        in_english(json_text(json_get(json_last, "title")), "Q&A (3/3)");
        assert_int_equal(json_array_size(json_get(json_last, "components")), 2);
        assert_int_equal(view_qna_continue(TEST_LANG, *state, &some_ticket, &questions, 1, true, &next), 0);
        json_next = golden("qna-continue", next);
        has_controls(*state, json_next, "rqn");
        assert_int_equal(view_qna_continue(TEST_LANG, *state, &some_ticket, &questions, 3, true, &none), -EINVAL);

        assert_int_equal(view_qna_fix(TEST_LANG, *state, &some_ticket, 1, "**Availability**: that is only one time.", true, &fix), 0);
        json_fix = golden("qna-fix", fix);
        has_controls(*state, json_fix, "rqn");
        assert_int_equal(view_qna_fix(TEST_LANG, *state, &some_ticket, 1, "", true, &none), -EINVAL);
        assert_null(none);
}

/* ---- to one person ------------------------------------------------------------------------------------------------------------------------ */

static void asking_has_a_button(void **state) {
        static const struct {
                const char *golden, *words, *control;
        } cases[_RECRUIT_ASK_MAX] = {
                [RECRUIT_ASK_STEP1] = { "ask-step1", "That is not an RSI handle.", "r1x" },
                [RECRUIT_ASK_ZONE] = { "ask-zone", "That time zone is not known.", "rz" },
                [RECRUIT_ASK_APPROVE] = { "ask-approve", NULL, "ray" },
                [RECRUIT_ASK_FINALISE] = { "ask-finalise", "RSI lists **Test** as a member.", "rfy" },
                [RECRUIT_ASK_CLOSE] = { "ask-close", NULL, "rcy" },
                [RECRUIT_ASK_CLOSE_DECIDED] = { "ask-close-decided", NULL, "rcy" },
        };

        for (int ask = 0; ask < _RECRUIT_ASK_MAX; ask++) {
                _free_ char *data = NULL, *edit = NULL;
                _json_ Json *json = NULL, *json_edit = NULL;
                int64_t flags = 0;

                assert_int_equal(view_recruit_ask(TEST_LANG, *state, &some_ticket, (RecruitAsk) ask, cases[ask].words, true, &data), 0);
                json = golden(cases[ask].golden, data);
                has_controls(*state, json, cases[ask].control);
                assert_int_equal(json_get_i64(json, "flags", &flags), 0);
                assert_int_equal(flags, MESSAGE_EPHEMERAL);
                assert_int_equal(view_recruit_ask(TEST_LANG, *state, &some_ticket, (RecruitAsk) ask, cases[ask].words, false, &edit), 0);
                json_edit = parse(edit);
                has_controls(*state, json_edit, cases[ask].control);
                assert_null(json_get(json_edit, "flags"));
        }
}

static void the_question_outlives_long_words(void **state) {
        _strbuf_ StrBuf words = {};
        _free_ char *data = NULL;
        _json_ Json *json = NULL;

        fill(&words, "a", 5000);
        assert_int_equal(view_recruit_ask(TEST_LANG, *state, &some_ticket, RECRUIT_ASK_FINALISE, strbuf_text(&words), true, &data), 0);
        json = parse(data);
        assert_int_equal(length_at(json, "content"), LIMIT_CONTENT);
        in_english(data, "Finalise application #7?");
}

static void membership_never_decides(void **state) {
        static const struct {
                MembershipResult result;
                const char *rank;
                int n_stars;
                const char *text;
        } cases[] = {
                { MEMBERSHIP_NO_ORG, NULL, 0, "No organisation is set, so RSI was not asked." },
                { MEMBERSHIP_MAIN, "Medic", 2, "RSI lists **Test\\_Pilot** as a member of the organisation. Rank: Medic \xE2\x98\x85\xE2\x98\x85" },
                { MEMBERSHIP_AFFILIATE, NULL, 0, "RSI lists **Test\\_Pilot** as an affiliate of the organisation." },
                { MEMBERSHIP_NOT_LISTED, "Medic", 2,
                  "RSI does not publicly list **Test\\_Pilot** in the organisation. That proves nothing: members can hide." },
                { MEMBERSHIP_NOT_TOLD, NULL, 0, "RSI could not be asked about the membership right now." },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _free_ char *text = NULL;

                assert_int_equal(view_membership(TEST_LANG, cases[i].result, "Test_Pilot", cases[i].rank, cases[i].n_stars, &text), 0);
                in_english(text, cases[i].text);
        }
        (void) state;
}

static void bad_arguments_are_refused(void **state) {
        const Ticket none = {};
        char *body = NULL;
        Case c;

        begin(&c, APPLICATION_DRAFT);
        assert_int_equal(view_record(*state, &c.shown, NONCE, &body), -EINVAL);
        assert_int_equal(view_recruit_ticket(*state, &c.shown, PING, "", &body), -EINVAL);
        c.application.id.v = 0;
        assert_int_equal(view_recruit_ticket(*state, &c.shown, PING, NONCE, &body), -EINVAL);
        assert_int_equal(view_answers(*state, &c.shown, 0, true, &body), -EINVAL);
        assert_int_equal(view_rsi_instructions(&c.shown, ORG, NONCE, &body), -EINVAL);
        assert_int_equal(view_recruit_log(RECRUIT_LOG_OPENED, &c.shown, (UserId) {}, OPENED_AT, NONCE, &body), -EINVAL);
        assert_int_equal(view_reject_modal(TEST_LANG, *state, &none, &body), -EINVAL);
        assert_int_equal(view_zone_modal(TEST_LANG, *state, &none, NULL, &body), -EINVAL);
        assert_int_equal(view_recruit_ask(TEST_LANG, *state, &some_ticket, RECRUIT_ASK_ZONE, " ", true, &body), -EINVAL);
        assert_int_equal(view_recruit_ask(TEST_LANG, *state, &none, RECRUIT_ASK_CLOSE, NULL, true, &body), -EINVAL);
        assert_int_equal(view_declined_dm(TEST_LANG, "x", NULL, &body), -EINVAL);
        assert_null(body);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_two_controls_share_a_name),
                cmocka_unit_test(the_panel),
                cmocka_unit_test(the_welcome),
                cmocka_unit_test(the_ticket_has_the_buttons_of_its_status),
                cmocka_unit_test(questions_asked_again_after_the_approval),
                cmocka_unit_test(a_closed_application_has_no_buttons),
                cmocka_unit_test(the_area_is_called),
                cmocka_unit_test(the_record_of_each_status),
                cmocka_unit_test(what_becomes_of_an_application_is_noted),
                cmocka_unit_test(rsi_is_quoted_honestly),
                cmocka_unit_test(zones_are_shown_with_their_offset),
                cmocka_unit_test(the_forgotten_leave_a_record),
                cmocka_unit_test(nothing_exceeds_the_limits),
                cmocka_unit_test(short_answers_stay_whole),
                cmocka_unit_test(a_cut_chip_is_closed),
                cmocka_unit_test(all_answers_are_whole_on_pages),
                cmocka_unit_test(nothing_written_is_said),
                cmocka_unit_test(the_way_to_rsi),
                cmocka_unit_test(dms),
                cmocka_unit_test(the_log_of_each_action),
                cmocka_unit_test(step1_is_empty_at_first),
                cmocka_unit_test(step1_is_filled_from_what_is_known),
                cmocka_unit_test(a_typed_zone_stays),
                cmocka_unit_test(options_must_fit),
                cmocka_unit_test(small_forms),
                cmocka_unit_test(questions_are_a_form),
                cmocka_unit_test(many_questions_have_pages),
                cmocka_unit_test(asking_has_a_button),
                cmocka_unit_test(the_question_outlives_long_words),
                cmocka_unit_test(membership_never_decides),
                cmocka_unit_test(bad_arguments_are_refused),
        };

        return cmocka_run_group_tests_name("views-recruit", tests, set_up, tear_down);
}
