#include "ctl-query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "magikal/store-audit.h"

/* Who did what, oldest first, and whether it is what it was when it was sealed. People are pseudonyms here: no key is asked for. */

#define PAGE 500

typedef struct Listing {
        const CtlOptions *options;
        GuildId guild;
        Usec since;
        uint64_t after;
} Listing;

/* ---- rows ------------------------------------------------------------------------------------------------------------------------------------- */

static void print_text(const AuditRow *row) {
        time_t at = (time_t) (row->at / USEC_PER_SEC);
        char time[32] = "";
        struct tm utc;

        if (gmtime_r(&at, &utc))
                (void) strftime(time, sizeof(time), "%Y-%m-%d %H:%M:%SZ", &utc);
        (void) printf("%s %8" PRIu64 " guild %" PRIu64 " %-24s %-20s by %s %s\n", time, row->id, row->guild.v, row->action ? row->action : "",
                      row->subject ? row->subject : "", row->actor.text[0] ? row->actor.text : "nobody", row->detail ? row->detail : "");
}

/* A line is an object. */
static int print_json(const AuditRow *row) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        int r;

        json_open(&w);
        json_i64(&w, "id", (int64_t) row->id);
        json_i64(&w, "at_us", (int64_t) row->at);
        json_id(&w, "guild", row->guild.v);
        json_id(&w, "flow", row->flow.v);
        json_string(&w, "action", row->action);
        json_string(&w, "subject", row->subject);
        json_string(&w, "actor", row->actor.text[0] ? row->actor.text : NULL);
        if (row->detail)
                json_raw(&w, "detail", row->detail);
        json_close(&w);
        r = json_writer_finish(&w, &text);
        if (r >= 0)
                (void) puts(text);
        return r;
}

static int send_page(Query *q);

static void on_rows(int outcome, const AuditRow *rows, size_t n_rows, void *userdata) {
        Query *q = userdata;
        Listing *l = q->userdata;
        int r = outcome;

        for (size_t i = 0; r == 0 && i < n_rows; i++) {
                if (l->options->json)
                        r = print_json(&rows[i]);
                else
                        print_text(&rows[i]);
                l->after = rows[i].id;
        }
        if (r == 0 && n_rows == PAGE) {
                query_goes_on(q);
                r = send_page(q);
                if (r == 0)
                        return;
        }
        query_finished(q, r);
}

static int send_page(Query *q) {
        const Listing *l = q->userdata;

        return store_audit_after(q->store, l->guild, l->after, l->since, PAGE, on_rows, q);
}

/* ---- since when ------------------------------------------------------------------------------------------------------------------------------- */

/* "90min", "12h", "30d": so long ago. */
static int parse_ago(const char *text, Usec *ret) {
        static const struct {
                const char *unit;
                Usec length;
        } units[] = { { "s", USEC_PER_SEC }, { "min", 60 * USEC_PER_SEC }, { "h", 3600 * USEC_PER_SEC }, { "d", 86400 * USEC_PER_SEC } };
        unsigned long long n;
        char *unit;

        errno = 0;
        n = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &unit, 10) : 0;
        if (n == 0 || errno != 0 || n > 100000000)
                return -EINVAL;
        for (size_t i = 0; i < ELEMENTSOF(units); i++)
                if (streq(units[i].unit, unit)) {
                        Usec now = clock_realtime(), ago = n * units[i].length;

                        *ret = ago < now ? now - ago : 0;
                        return 0;
                }
        return -EINVAL;
}

/* "2026-11-25", "2026-11-25 10:30", UTC */
static int parse_date(const char *text, Usec *ret) {
        struct tm utc = {};
        const char *end = strptime(text, "%Y-%m-%d", &utc);
        time_t at;

        if (end && (*end == ' ' || *end == 'T'))
                end = strptime(end + 1, "%H:%M", &utc);
        if (!end || (*end != '\0' && !streq(end, "Z")))
                return -EINVAL;
        at = timegm(&utc);
        if (at < 0)
                return -EINVAL;
        *ret = (Usec) at * USEC_PER_SEC;
        return 0;
}

static int parse_options(const CtlOptions *options, Listing *ret) {
        int status;

        *ret = (Listing) { .options = options };
        status = options->guild ? ctl_id_option("guild", options->guild, &ret->guild.v) : 0;
        if (status != 0)
                return status;
        if (options->since && parse_ago(options->since, &ret->since) < 0 && parse_date(options->since, &ret->since) < 0) {
                (void) fprintf(stderr, "magikalctl: --since needs a time such as 12h, 30d, 2026-11-25 or \"2026-11-25 10:30\" (UTC)\n");
                return EX_USAGE;
        }
        return 0;
}

/* ---- seals ------------------------------------------------------------------------------------------------------------------------------------- */

typedef struct Seals {
        AuditState state;
        char chain[65];
        uint64_t after;
} Seals;

static void on_checked(int outcome, const AuditChecked *checked, void *userdata) {
        Query *q = userdata;
        Seals *s = q->userdata;
        int r = outcome;

        if (r == 0 && checked->broken && (s->state.broken == 0 || checked->broken < s->state.broken))
                s->state.broken = checked->broken;
        if (r == 0 && checked->last && s->state.broken == 0) {
                s->after = checked->last;
                query_goes_on(q);
                r = store_audit_check(q->store, s->after, on_checked, q);
                if (r == 0)
                        return;
        }
        query_finished(q, r);
}

static void on_seals(int outcome, const AuditState *state, void *userdata) {
        Query *q = userdata;
        Seals *s = q->userdata;

        if (outcome == 0) {
                s->state = *state;
                (void) snprintf(s->chain, sizeof(s->chain), "%s", state->chain ? state->chain : "");
                outcome = store_audit_check(q->store, 0, on_checked, q);
        }
        if (outcome != 0)
                query_finished(q, outcome);
}

static int send_check(Query *q) {
        return store_audit_state(q->store, on_seals, q);
}

static int check(const Config *config) {
        Seals s = {};
        Query q = { .send = send_check, .userdata = &s };
        int status = query_run(config, &q, NULL);

        if (status != 0)
                return status;
        if (s.state.broken) {
                (void) printf("Block %" PRIu64 " of %" PRIu64 " does not fit its seal: the audit was changed past the daemon.\n", s.state.broken, s.state.n_seals);
                return EX_DATAERR;
        }
        (void) printf("%" PRIu64 " blocks fit their seals%s%s\n", s.state.n_seals, s.state.n_seals ? "; the newest is " : "", s.chain);
        return 0;
}

int ctl_audit(const CtlOptions *options, _unused_ char *const args[]) {
        _cleanup_(config_freep) Config *config = NULL;
        Listing l;
        Query q = { .send = send_page, .userdata = &l };
        int status;

        if ((status = parse_options(options, &l)) != 0 || (status = ctl_config(options, &config)) != 0)
                return status;
        return options->check ? check(config) : query_run(config, &q, NULL);
}
