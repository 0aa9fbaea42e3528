/*
 * A wanted body on its way: taken (a committed lease of 30 s, no transaction stays open) → PATCH → answered in the database.
 *
 * A PATCH sets a state, so dying between any two lines costs at most one more of them: the lease runs out, or the supervisor releases it,
 * and the newest body is written again. Only a process that was frozen could do harm, by writing an old body over a newer one; so nothing
 * is sent when the lease is no longer young.
 *
 *   taken ──▶ equal to what stands ─────────────────▶ done (no request)
 *     │  └──▶ put off (topic used up, 429 before) ──▶ later
 *     └─────▶ PATCH ─▶ written ─────────────────────▶ done, and whoever waits is told
 *                   ├▶ gone ────────────────────────▶ ended: gone
 *                   ├▶ forbidden, refused ──────────▶ ended: blocked, kept until somebody mends it
 *                   └▶ 429, 5xx, lost ──────────────▶ later, with backoff
 */

#include "edits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "debounce.h"
#include "magikal/cleanup.h"
#include "magikal/fault.h"
#include "magikal/log.h"

#define AT_ONCE 16
#define PACES 256                               /* targets with something to remember; one forgotten too early costs one 429 */
#define LOOK_AT_LEAST (2 * USEC_PER_SEC)        /* hints may be lost with a process */
#define LOOK_AT_MOST (20 * USEC_PER_MSEC)       /* between two looks */
#define DATABASE_RETRY (500 * USEC_PER_MSEC)
#define UNBLOCK_EVERY (300 * USEC_PER_SEC)
#define HASH_CHARS 24
/* Of the 30 s lease ten may pass in the queue of rest.c and ten in the request itself */
#define SEND_WITHIN (5 * USEC_PER_SEC)
#define ANSWER_WITHIN (28 * USEC_PER_SEC)
#define TOKEN_REVOKED_WAIT (60 * USEC_PER_SEC)

typedef struct Edit {
        struct Edit *previous, *next;
        Edits *edits;
        EditRow row;                            /* its texts are ours */
        char *want, *have_hash;
        char hash[HASH_CHARS + 1];
        Usec taken_at;                          /* not later than the lease began */
        enum { ANSWER_DONE, ANSWER_LATER, ANSWER_GONE, ANSWER_BLOCKED } answer;
        Usec wait;
        char why[128];
        sd_event_source *retry;
        Usec began_at;                          /* where somebody watches; else 0 */
        int status;                             /* of the request; 0: none was made, or none came */
} Edit;

typedef struct Pace {
        ChannelId channel;                      /* 0: free */
        MessageId message;
        Debounce debounce;
} Pace;

struct Edits {
        EditsConfig config;
        sd_event_source *look_timer, *unblock_timer;
        Usec next_look;                         /* USEC_INFINITY: none planned */
        Usec taken_at;                          /* when the take that is under way was sent */
        bool is_looking, is_look_wanted, is_draining;
        Edit *first;
        unsigned n_in_flight, n_asked;
        uint64_t n_written;
        Pace paces[PACES];
};

static void look(Edits *edits);
static void answer_send(Edit *edit);

/* ---- what is remembered of a target --------------------------------------------------------------------------------------------- */

static Pace *pace_find(Edits *edits, const EditRow *row) {
        for (size_t i = 0; i < PACES; i++)
                if (edits->paces[i].channel.v == row->channel.v && edits->paces[i].message.v == row->message.v)
                        return &edits->paces[i];
        return NULL;
}

/* A free place, or one that says nothing any more, or else the one whose prohibition ends first. */
static Pace *pace_make(Edits *edits, const EditRow *row, Usec now) {
        Pace *best = pace_find(edits, row);

        for (size_t i = 0; i < PACES && !best; i++)
                if (edits->paces[i].channel.v == 0 || debounce_is_over(&edits->paces[i].debounce, now))
                        best = &edits->paces[i];
        if (best && best->channel.v == row->channel.v && best->message.v == row->message.v)
                return best;
        if (!best) {
                best = &edits->paces[0];
                for (size_t i = 1; i < PACES; i++)
                        if (edits->paces[i].debounce.not_before < best->debounce.not_before)
                                best = &edits->paces[i];
        }
        *best = (Pace) { .channel = row->channel, .message = row->message };
        return best;
}

/* ---- when to look ------------------------------------------------------------------------------------------------------------------ */

static void plan_look(Edits *edits, Usec wait) {
        Usec at = clock_boottime() + wait;

        if (edits->is_draining || edits->next_look <= at)
                return;
        edits->next_look = at;
        if (sd_event_source_set_time_relative(edits->look_timer, wait) < 0 ||
            sd_event_source_set_enabled(edits->look_timer, SD_EVENT_ONESHOT) < 0)
                (void) sd_event_exit(edits->config.event, -EIO);        /* a loop without timers is of no use to anybody */
}

static int on_look_timer(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Edits *edits = userdata;

        edits->next_look = USEC_INFINITY;
        look(edits);
        return 0;
}

static void drained_perhaps(Edits *edits) {
        if (edits->is_draining && edits->n_in_flight == 0 && !edits->is_looking)
                edits->config.drained(edits->config.userdata);
}

static void look_over(Edits *edits, Usec wait) {
        edits->is_looking = false;
        drained_perhaps(edits);
        plan_look(edits, TAKE(edits->is_look_wanted) ? 0 : wait);
}

static void on_next_due(int outcome, Usec wait, void *userdata) {
        Edits *edits = userdata;

        wait = outcome == 0 ? MIN(wait, LOOK_AT_LEAST) : DATABASE_RETRY;
        look_over(edits, MAX(wait, LOOK_AT_MOST));
}

/* ---- one edit's end ------------------------------------------------------------------------------------------------------------------ */

static void edit_free(Edit *edit) {
        (void) sd_event_source_disable_unref(edit->retry);
        free(edit->want);
        free(edit->have_hash);
        free(edit);
}

static void edit_end(Edit *edit) {
        Edits *edits = edit->edits;

        if (edit->previous)
                edit->previous->next = edit->next;
        else
                edits->first = edit->next;
        if (edit->next)
                edit->next->previous = edit->previous;
        edit_free(edit);
        edits->n_in_flight--;

        if (edits->n_in_flight == AT_ONCE - 1)
                plan_look(edits, 0);    /* there was no room, now there is */
        drained_perhaps(edits);
}

static RouteId edit_route(const Edit *edit) {
        return edit->row.message.v == 0 ? ROUTE_CHANNEL_PATCH : ROUTE_MESSAGE_PATCH;
}

static void edit_travel(const Edit *edit) {
        static const TravelOutcome outcomes[] = {
                [ANSWER_DONE] = TRAVEL_IS_OK, [ANSWER_LATER] = TRAVEL_IS_RETRY, [ANSWER_GONE] = TRAVEL_IS_GONE, [ANSWER_BLOCKED] = TRAVEL_IS_REFUSED,
        };
        bool is_equal = edit->answer == ANSWER_DONE && edit->status == 0;

        travel_tell(edit->edits->config.travels,
                    &(Travel) { .what = TRAVEL_EDIT, .channel = edit->row.channel, .message = edit->row.message, .status = edit->status,
                                .route = edit->status ? (int) edit_route(edit) + 1 : 0, .took = travel_took(edit->began_at),
                                .outcome = is_equal ? TRAVEL_IS_SKIPPED : outcomes[edit->answer] });
}

static void edit_answered(Edit *edit) {
        static const char *const words[] = { [ANSWER_DONE] = "done", [ANSWER_LATER] = "later", [ANSWER_GONE] = "gone", [ANSWER_BLOCKED] = "blocked" };
        Edits *edits = edit->edits;
        bool is_written = edit->answer == ANSWER_DONE;

        edit_travel(edit);
        log_event(edit->answer == ANSWER_BLOCKED ? LOG_WARNING : LOG_DEBUG, "edit.answered",
                  edit->answer == ANSWER_BLOCKED ? "A message cannot be edited; its newest text is kept until that is mended." : "An edit is over.",
                  LOG_GUILD(edit->row.guild.v), LOG_CHANNEL(edit->row.channel.v), LOG_MESSAGE_FIELD(edit->row.message.v),
                  LOG_TEXT("answer", words[edit->answer]), LOG_TEXT("why", edit->why), LOG_U64("version", edit->row.want_version));
        if (edit->answer != ANSWER_LATER) {
                edits->n_written++;
                edits->config.applied(edit->row.channel, edit->row.message, is_written ? edit->row.want_version : edit->row.have_version,
                                      edits->config.userdata);
        }
        edit_end(edit);
}

static int on_retry(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        answer_send(userdata);
        return 0;
}

/* The same answer again is harmless: it names the lease. Until that is over; then the row is taken anew. */
static void answer_again(Edit *edit) {
        sd_event *event = edit->edits->config.event;

        edit->retry = sd_event_source_disable_unref(edit->retry);
        if (clock_boottime() - edit->taken_at > ANSWER_WITHIN ||
            sd_event_add_time_relative(event, &edit->retry, CLOCK_MONOTONIC, DATABASE_RETRY, 1, on_retry, edit) < 0)
                edit_end(edit);
}

static void on_answer(int outcome, _unused_ const StoreReply *reply, void *userdata) {
        Edit *edit = userdata;

        switch (outcome) {
        case 0:
                if (edit->answer == ANSWER_DONE)
                        (void) FAULT("editor/after-done");
                edit_answered(edit);
                return;
        case STORE_LEASE_LOST:          /* somebody else's now, or an answer before this one had arrived after all */
                edit_answered(edit);
                return;
        case STORE_CONFLICT:
        case STORE_REFUSED:             /* logged by the store */
                edit_end(edit);
                return;
        default:
                answer_again(edit);
        }
}

static void answer_send(Edit *edit) {
        Store *store = edit->edits->config.store;
        int r;

        switch (edit->answer) {
        case ANSWER_DONE:
                r = store_edit_done(store, &edit->row, edit->hash, edit->edits->config.quiet, on_answer, edit);
                break;
        case ANSWER_LATER:
                r = store_edit_later(store, &edit->row, edit->wait, edit->why, on_answer, edit);
                break;
        default:
                r = store_edit_end(store, &edit->row, edit->answer == ANSWER_GONE ? "gone" : "blocked", edit->why, on_answer, edit);
        }
        if (r < 0)
                answer_again(edit);
}

static void put_off(Edit *edit, Usec asked) {
        Usec now = clock_boottime();
        Pace *pace = pace_make(edit->edits, &edit->row, now);

        edit->answer = ANSWER_LATER;
        edit->wait = debounce_put_off(&pace->debounce, (unsigned) MAX(edit->row.fails, 0), asked, arc4random(), now);
        answer_send(edit);
}

/* ---- the request ----------------------------------------------------------------------------------------------------------------------- */

static void on_patched(int outcome, const RestReply *reply, void *userdata) {
        Edit *edit = userdata;

        (void) FAULT("editor/after-patch");
        edit->status = reply->status;
        if (outcome != 0)
                (void) snprintf(edit->why, sizeof(edit->why), "%d/%d %.*s", reply->status, reply->code, 96, reply->message);

        switch (outcome) {
        case 0:
        case REST_ALREADY:
                if (edit->row.message.v == 0) {
                        Usec now = clock_boottime();

                        debounce_written(&pace_make(edit->edits, &edit->row, now)->debounce, now);
                }
                edit->answer = ANSWER_DONE;
                break;
        case REST_GONE:
                edit->answer = ANSWER_GONE;
                break;
        case REST_FORBIDDEN:
                edit->answer = ANSWER_BLOCKED;
                break;
        case REST_REFUSED:
        case REST_TOO_LATE:
                if (rest_is_token_revoked(edit_route(edit), reply)) {
                        put_off(edit, TOKEN_REVOKED_WAIT);
                        return;
                }
                edit->answer = ANSWER_BLOCKED;
                break;
        default:                /* REST_LATER, REST_AMBIGUOUS, no memory */
                put_off(edit, reply->wait);
                return;
        }
        answer_send(edit);
}

static void edit_patch(Edit *edit) {
        RestRequest request = {
                .route = edit_route(edit),
                .ids = { edit->row.channel.v, edit->row.message.v },
                .body = edit->want,
                .audit_reason = edit->row.message.v == 0 ? "Magikal: topic" : NULL,
        };
        int r;

        if (clock_boottime() - edit->taken_at > SEND_WITHIN) {
                edit_end(edit);         /* frozen meanwhile; the lease may be somebody else's by now */
                return;
        }
        (void) FAULT("editor/before-patch");
        r = rest_send(edit->edits->config.rest, &request, on_patched, edit);
        if (r < 0) {
                (void) snprintf(edit->why, sizeof(edit->why), "The request could not be made: %s", strerror(-r));
                put_off(edit, 0);
        }
}

static void edit_begin(Edit *edit) {
        const Pace *pace = pace_find(edit->edits, &edit->row);
        Usec now = clock_boottime(), due;

        if (!edit->want) {
                (void) snprintf(edit->why, sizeof(edit->why), "The wanted body cannot be opened with the keys at hand");
                edit->answer = ANSWER_BLOCKED;
                answer_send(edit);
                return;
        }
        hash_base64url(edit->want, strlen(edit->want), edit->hash, HASH_CHARS);
        if (streq(edit->hash, edit->have_hash)) {
                edit->answer = ANSWER_DONE;
                answer_send(edit);
                return;
        }
        due = pace ? debounce_due(&pace->debounce, edit->row.message.v == 0, now) : now;
        if (due > now) {
                (void) snprintf(edit->why, sizeof(edit->why), "Waits for a limit of Discord");
                edit->answer = ANSWER_LATER;
                edit->wait = due - now;
                answer_send(edit);
                return;
        }
        edit_patch(edit);
}

/* ---- taking ------------------------------------------------------------------------------------------------------------------------------ */

/* NULL: no memory; the row's lease runs out and it is taken again. */
static Edit *edit_new(Edits *edits, const EditRow *row) {
        Edit *edit = new0(Edit, 1);

        if (!edit)
                return NULL;
        edit->edits = edits;
        edit->row = *row;
        edit->taken_at = edits->taken_at;
        edit->began_at = travel_begin(edits->config.travels);
        edit->want = row->want ? strdup(row->want) : NULL;
        edit->have_hash = strdup(row->have_hash);
        if ((row->want && !edit->want) || !edit->have_hash) {
                edit_free(edit);
                return NULL;
        }
        edit->row.want = edit->want;
        edit->row.have_hash = edit->have_hash;

        edit->next = edits->first;
        if (edit->next)
                edit->next->previous = edit;
        edits->first = edit;
        edits->n_in_flight++;
        return edit;
}

static void on_taken(int outcome, const EditRow *rows, size_t n_rows, void *userdata) {
        Edits *edits = userdata;
        bool is_all = n_rows < edits->n_asked;

        for (size_t i = 0; outcome == 0 && i < n_rows; i++) {
                Edit *edit = edit_new(edits, &rows[i]);

                (void) FAULT("editor/after-take");
                if (edit)
                        edit_begin(edit);
        }
        if (outcome != 0)
                look_over(edits, DATABASE_RETRY);
        else if (!is_all)
                look_over(edits, LOOK_AT_MOST);
        else if (store_edit_next_due(edits->config.store, on_next_due, edits) < 0)
                look_over(edits, DATABASE_RETRY);
}

static void look(Edits *edits) {
        if (edits->is_draining || edits->n_in_flight >= AT_ONCE)
                return;                 /* edit_end() plans the next */
        if (edits->is_looking) {
                edits->is_look_wanted = true;
                return;
        }
        edits->is_looking = true;
        edits->taken_at = clock_boottime();
        edits->n_asked = AT_ONCE - edits->n_in_flight;
        if (store_edit_take(edits->config.store, (int) edits->n_asked, on_taken, edits) < 0)
                look_over(edits, DATABASE_RETRY);
}

static void on_unblocked(int outcome, _unused_ const StoreReply *reply, void *userdata) {
        if (outcome == 0)
                plan_look(userdata, 0);
}

/* What was forbidden some minutes ago may be allowed by now; nobody tells us. */
static int on_unblock_timer(sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Edits *edits = userdata;
        int r;

        if (!edits->is_draining)
                (void) store_edit_unblock(edits->config.store, UNBLOCK_EVERY, on_unblocked, edits);     /* or the next time */
        r = sd_event_source_set_time_relative(source, UNBLOCK_EVERY);
        return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* ---- public ------------------------------------------------------------------------------------------------------------------------------- */

int edits_new(const EditsConfig *config, Edits **ret_edits) {
        _cleanup_(edits_freep) Edits *edits = new0(Edits, 1);
        int r;

        if (!edits)
                return -ENOMEM;
        edits->config = *config;
        (void) sd_event_ref(config->event);

        edits->next_look = 0;
        r = sd_event_add_time_relative(config->event, &edits->look_timer, CLOCK_MONOTONIC, 0, 1, on_look_timer, edits);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(config->event, &edits->unblock_timer, CLOCK_MONOTONIC, UNBLOCK_EVERY, USEC_PER_SEC,
                                       on_unblock_timer, edits);
        if (r < 0)
                return r;

        *ret_edits = TAKE(edits);
        return 0;
}

Edits *edits_free(Edits *edits) {
        if (!edits)
                return NULL;
        for (Edit *edit = edits->first, *next; edit; edit = next) {
                next = edit->next;
                edit_free(edit);
        }
        (void) sd_event_source_disable_unref(edits->look_timer);
        (void) sd_event_source_disable_unref(edits->unblock_timer);
        (void) sd_event_unref(edits->config.event);
        free(edits);
        return NULL;
}

void edits_wake(Edits *edits) {
        plan_look(edits, 0);
}

void edits_hint(Edits *edits) {
        plan_look(edits, edits->config.quiet + LOOK_AT_MOST);
}

void edits_drain(Edits *edits) {
        if (edits->is_draining)
                return;
        edits->is_draining = true;
        drained_perhaps(edits);
}

unsigned edits_n_in_flight(const Edits *edits) {
        return edits->n_in_flight;
}

uint64_t edits_n_written(const Edits *edits) {
        return edits->n_written;
}
