/*
 * Gathers in three rounds, because each needs what the one before has told: the database and the application; the guild, as ourselves; panels
 * and tickets. A round is over when all of its questions are answered. Whatever is answered after the time is up finds nobody waiting, and
 * the last answer frees it all.
 */

#include "magikal/doctor-gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "decode.h"
#include "magikal/command.h"
#include "magikal/store-doctor.h"
#include "magikal/text.h"
#include "magikal/views-recruit.h"
#include "magikal/views.h"

#define TIME_MAX (10 * USEC_PER_SEC)    /* somebody looks at "thinking…" */
#define PANEL_MESSAGES 50               /* how far back older panels are looked for; as /tickets set-targets does */
#define HTTP_NOT_FOUND 404

/* Discord reference, "Application Flags": an intent is granted in full, or, in the next bit, as "limited" to applications in few guilds. */
#define FLAG_MEMBERS 14
#define FLAG_MESSAGE_CONTENT 18

typedef struct Gather {
        DoctorSources from;
        DoctorWorld world;
        DoctorGathered done;            /* NULL: told, or the time is up */
        void *userdata;
        sd_event_source *start, *timer;
        int round;
        unsigned n_pending;             /* questions of the round, and whoever still asks them */
        Facts *facts;
        DoctorRows *rows;
        Json *channels, *roles, *member;
        DoctorChannel *channel_list;    /* NULL: not told */
        DoctorRole *role_list;
        RoleId *bot_roles;
        size_t n_channels, n_roles, n_bot_roles;
} Gather;

static void round_end(Gather *g);

static Gather *gather_free(Gather *g) {
        if (!g)
                return NULL;
        sd_event_source_disable_unref(g->start);
        sd_event_source_disable_unref(g->timer);
        (void) facts_free(g->facts);
        (void) doctor_rows_free(g->rows);
        channels_free(g->channel_list, g->n_channels);
        free(g->role_list);
        free(g->bot_roles);
        (void) json_free(g->channels);
        (void) json_free(g->roles);
        (void) json_free(g->member);
        free(g);
        return NULL;
}
DEFINE_CLEANUP(Gather *, gather_free)

static void gather_tell(Gather *g) {
        g->timer = sd_event_source_disable_unref(g->timer);
        TAKE(g->done)(&g->world, g->userdata);
}

/* A question is answered, or was never sent. */
static void question_over(Gather *g) {
        if (--g->n_pending == 0)
                round_end(g);
}

static void question_asked(Gather *g, int r) {
        if (r >= 0)
                g->n_pending++;
        else
                g->world.is_incomplete = true;
}

/* ---- one question to Discord: asked again while there is time, for limits and bad moments say nothing ------------------------------------- */

#define TRIES_MAX 3
#define RETRY_WAIT (500 * USEC_PER_MSEC)

typedef struct Enquiry {
        Gather *gather;
        RestRequest request;
        char query[24];
        RestDone done;
        void *userdata;
        int n_tries;
        sd_event_source *timer;
} Enquiry;

static int enquiry_send(Enquiry *q);

static int enquiry_again(sd_event_source *source, uint64_t usec, void *userdata) {
        Enquiry *q = userdata;

        (void) source;
        (void) usec;
        q->timer = sd_event_source_disable_unref(q->timer);
        if (enquiry_send(q) < 0) {
                q->done(-ENOMEM, NULL, q->userdata);
                free(q);
        }
        return 0;
}

static void enquiry_answered(int outcome, const RestReply *reply, void *userdata) {
        Enquiry *q = userdata;
        Usec wait = reply && reply->wait > RETRY_WAIT ? reply->wait : RETRY_WAIT;

        if ((outcome == REST_LATER || outcome == REST_AMBIGUOUS) && q->gather->done && ++q->n_tries < TRIES_MAX && wait < TIME_MAX &&
            sd_event_add_time_relative(q->gather->from.event, &q->timer, CLOCK_BOOTTIME, wait, 1, enquiry_again, q) >= 0)
                return;
        q->done(outcome, reply, q->userdata);
        free(q);
}

static int enquiry_send(Enquiry *q) {
        return rest_send(q->gather->from.rest, &q->request, enquiry_answered, q);
}

/* query: copied, short. Negative: it is not asked, and `done` not called. */
static int enquiry_new(Gather *g, RouteId route, uint64_t a, uint64_t b, const char *query, RestDone done, void *userdata) {
        _free_ Enquiry *q = new0(Enquiry, 1);
        int r;

        if (!q)
                return -ENOMEM;
        *q = (Enquiry) { .gather = g, .request = { .route = route, .ids = { a, b } }, .done = done, .userdata = userdata };
        if (query) {
                (void) snprintf(q->query, sizeof(q->query), "%s", query);
                q->request.query = q->query;
        }
        r = enquiry_send(q);
        if (r < 0)
                return r;
        (void) TAKE(q);
        return 0;
}

static void ask_discord(Gather *g, RouteId route, uint64_t a, uint64_t b, RestDone done) {
        question_asked(g, enquiry_new(g, route, a, b, NULL, done, g));
}

/* ---- the first round: the database, and who we are ------------------------------------------------------------------------------------ */

static bool is_granted(AutoBool setting, uint64_t flags, unsigned bit) {
        return setting != AUTO_BOOL_NO && (flags & (UINT64_C(3) << bit));
}

static void read_application(Gather *g, const Json *body) {
        DoctorApplication *a = &g->world.application;
        const char *url = json_text(json_get(body, "interactions_endpoint_url"));
        uint64_t flags = 0;

        if (json_get_u64(body, "id", &a->found.v) != 0)
                return;
        (void) json_get_u64(body, "flags", &flags);             /* without: none */
        if (json_get_u64(json_get(body, "bot"), "id", &g->world.guild.bot.v) != 0)
                g->world.guild.bot.v = a->found.v;              /* as of every application since 2016 */
        a->has_members = is_granted(g->from.config->intents_members, flags, FLAG_MEMBERS);
        a->has_content = is_granted(g->from.config->intents_message_content, flags, FLAG_MESSAGE_CONTENT);
        a->has_interactions_url = url && *url;
        a->look = DOCTOR_SEEN;
}

static int64_t seconds_ahead(Usec theirs) {
        return ((int64_t) theirs - (int64_t) clock_realtime()) / (int64_t) USEC_PER_SEC;
}

static void application_known(int outcome, const RestReply *reply, void *userdata) {
        Gather *g = userdata;
        DoctorApplication *a = &g->world.application;

        a->status = reply ? reply->status : 0;
        a->look = DOCTOR_UNSEEN;
        if (reply && reply->date) {
                a->is_clock_known = true;
                a->ahead_s = seconds_ahead(reply->date);
        }
        if (outcome == 0 && reply)
                read_application(g, reply->body);
        question_over(g);
}

static void rows_known(int outcome, DoctorRows *take_rows, void *userdata) {
        Gather *g = userdata;
        DoctorDatabase *d = &g->world.database;
        size_t n_languages;
        const CommandLanguage *languages = text_command_languages(&n_languages);
        char hash[COMMAND_HASH_CHARS + 1];

        if (d->look == DOCTOR_NOT_LOOKED)
                d->look = outcome == 0 ? DOCTOR_SEEN : DOCTOR_UNSEEN;
        g->rows = take_rows;
        if (take_rows) {
                d->schema_min = STORE_SCHEMA_VERSION;
                d->schema_max = STORE_SCHEMA_VERSION + 1;       /* hosts are upgraded one by one */
                d->schema = take_rows->schema;
                d->ahead_s = seconds_ahead(take_rows->now);
                d->broken_seal = take_rows->broken_seal;
                d->unsealed_s = (int64_t) (take_rows->unsealed / USEC_PER_SEC);
                d->are_commands_known = command_registration_hash(languages, n_languages, hash) >= 0;
                d->are_commands_registered = d->are_commands_known && streq_ptr(take_rows->commands, hash);
        }
        question_over(g);
}

static void facts_known(int outcome, const Facts *facts, void *userdata) {
        Gather *g = userdata;

        if (outcome != 0 || facts_copy(facts, &g->facts) < 0)
                g->world.database.look = DOCTOR_UNSEEN;
        question_over(g);
}

static void ask_first(Gather *g) {
        Store *store = g->from.store;

        if (g->from.rest)
                ask_discord(g, ROUTE_APPLICATION_ME, 0, 0, application_known);
        if (!store)
                return;
        question_asked(g, store_doctor(store, g->from.guild, g->from.config->application_id, rows_known, g));
        if (g->from.guild.v)
                question_asked(g, store_recruit_facts(store, &(RecruitQuery) { .guild = g->from.guild }, facts_known, g));
}

/* ---- the second round: the guild, and RSI ------------------------------------------------------------------------------------------------ */

/* What Discord did not tell is not there to be looked at, whatever else it told. */
static bool is_told(Gather *g, int outcome, const RestReply *reply) {
        DoctorGuild *guild = &g->world.guild;

        if (outcome == 0 && reply && reply->body)
                return true;
        guild->look = DOCTOR_UNSEEN;
        guild->status = reply ? reply->status : 0;
        return false;
}

static void channels_known(int outcome, const RestReply *reply, void *userdata) {
        Gather *g = userdata;

        if (is_told(g, outcome, reply)) {
                g->channels = json_copy(reply->body);
                if (g->channels)
                        (void) decode_channels(g->channels, &g->channel_list, &g->n_channels);
        }
        question_over(g);
}

static void roles_known(int outcome, const RestReply *reply, void *userdata) {
        Gather *g = userdata;

        if (is_told(g, outcome, reply)) {
                g->roles = json_copy(reply->body);
                if (g->roles)
                        (void) decode_roles(g->roles, &g->role_list, &g->n_roles);
        }
        question_over(g);
}

static void member_known(int outcome, const RestReply *reply, void *userdata) {
        Gather *g = userdata;

        if (is_told(g, outcome, reply)) {
                g->member = json_copy(reply->body);
                if (g->member)
                        (void) decode_role_ids(g->member, &g->bot_roles, &g->n_bot_roles);
        }
        question_over(g);
}

static void rsi_known(const RsiAnswer *answer, void *userdata) {
        Gather *g = userdata;
        DoctorRsi *r = &g->world.rsi;

        r->is_off = answer->reason == RSI_OFF_REASON;
        r->is_absent = answer->result == RSI_ABSENT;
        r->reason = rsi_reason_to_string(answer->reason);
        if (!r->is_off)
                r->look = answer->result == RSI_UNKNOWN ? DOCTOR_UNSEEN : DOCTOR_SEEN;
        question_over(g);
}

static void ask_rsi(Gather *g) {
        const char *handle = g->from.config->rsi_probe_handle;
        DoctorRsi *r = &g->world.rsi;

        if (!g->from.rsi)
                return;
        if (!handle && g->rows)
                handle = g->rows->known_handle;
        r->is_off = !g->from.config->rsi_enabled;
        r->has_no_handle = !r->is_off && !handle;
        if (!r->is_off && handle)
                question_asked(g, rsi_ask(g->from.rsi, &(RsiQuery) { .kind = RSI_CITIZEN, .handle = handle, .is_fresh = true }, rsi_known, g));
}

static void put_database(Gather *g) {
        DoctorGuild *guild = &g->world.guild;

        if (g->rows) {
                guild->capable = g->rows->capable;
                guild->n_capable = g->rows->n_capable;
                guild->tickets = g->rows->tickets;
                guild->n_tickets = g->rows->n_tickets;
                guild->flows = g->rows->flows;
                guild->n_flows = g->rows->n_flows;
                guild->edits = g->rows->edits;
                guild->n_edits = g->rows->n_edits;
        }
        if (g->facts) {
                guild->settings = &g->facts->settings;
                guild->recruit = g->facts->recruit ? &g->facts->recruit->settings : NULL;
        }
}

static void ask_second(Gather *g) {
        GuildId guild = g->from.guild;

        put_database(g);
        ask_rsi(g);
        if (guild.v == 0 || g->world.application.look != DOCTOR_SEEN)
                return;                         /* without Discord nothing of the guild; that is said already */
        ask_discord(g, ROUTE_GUILD_CHANNELS, guild.v, 0, channels_known);
        ask_discord(g, ROUTE_GUILD_ROLES, guild.v, 0, roles_known);
        ask_discord(g, ROUTE_MEMBER_GET, guild.v, g->world.guild.bot.v, member_known);
}

/* ---- the third round: panels and tickets -------------------------------------------------------------------------------------------------- */

typedef struct PanelLook {
        Gather *gather;
        DoctorPanel *panel;
        const char *control;
        ChannelId channel;
        MessageId message;
} PanelLook;

static void panel_seen(PanelLook *look, const Json *message) {
        look->panel->is_there = true;
        look->panel->can_be_pressed = has_live_control(look->gather->from.keys, look->gather->from.guild, message, look->control);
}

static void panel_known(int outcome, const RestReply *reply, void *userdata) {
        _free_ PanelLook *look = userdata;
        Gather *g = look->gather;

        if (outcome == 0 || (outcome == REST_GONE && reply && reply->status == HTTP_NOT_FOUND))
                look->panel->look = DOCTOR_SEEN;
        if (outcome == 0 && reply)
                panel_seen(look, reply->body);
        question_over(g);
}

static void panel_listed(int outcome, const RestReply *reply, void *userdata) {
        _free_ PanelLook *look = userdata;
        Gather *g = look->gather;

        if (outcome != 0 || !reply) {
                question_over(g);               /* not allowed, or not there: other checks say so */
                return;
        }
        JSON_FOREACH(message, reply->body) {
                uint64_t id;

                if (json_get_u64(message, "id", &id) != 0 || !is_posted_by(message, g->world.guild.bot))
                        continue;
                if (id == look->message.v)
                        panel_seen(look, message);
                else
                        look->panel->n_older += has_live_control(g->from.keys, g->from.guild, message, look->control);
        }
        if (look->panel->is_there || look->message.v == 0)
                look->panel->look = DOCTOR_SEEN;
        else if (enquiry_new(g, ROUTE_MESSAGE_GET, look->channel.v, look->message.v, NULL, panel_known, look) >= 0) {
                look = NULL;                    /* further back than was listed, or gone */
                return;
        }
        question_over(g);
}

static void ask_panel(Gather *g, DoctorPanel *panel, const char *control, ChannelId channel, MessageId message) {
        _free_ PanelLook *look = NULL;
        char query[24];
        int r;

        if (!doctor_channel(&g->world.guild, channel))
                return;
        look = new0(PanelLook, 1);
        if (!look) {
                g->world.is_incomplete = true;
                return;
        }
        *look = (PanelLook) { g, panel, control, channel, message };
        (void) snprintf(query, sizeof(query), "limit=%d", PANEL_MESSAGES);
        r = enquiry_new(g, ROUTE_MESSAGES_GET, channel.v, 0, query, panel_listed, look);
        question_asked(g, r);
        if (r >= 0)
                look = NULL;
}

typedef struct TicketLook {
        Gather *gather;
        DoctorTicket *ticket;
} TicketLook;

static void ticket_known(int outcome, const RestReply *reply, void *userdata) {
        _free_ TicketLook *look = userdata;
        Gather *g = look->gather;

        look->ticket->is_message_gone = outcome == REST_GONE;
        if (outcome == 0 || outcome == REST_GONE)
                look->ticket->message_look = DOCTOR_SEEN;
        if (outcome == 0 && reply)
                look->ticket->has_qna_button = has_live_control(g->from.keys, g->from.guild, reply->body, CONTROL_RECRUIT_QNA);
        question_over(g);
}

static void ask_ticket(Gather *g, DoctorTicket *ticket) {
        const Ticket *t = &ticket->ticket;
        _free_ TicketLook *look = new0(TicketLook, 1);
        int r;

        if (!look) {
                g->world.is_incomplete = true;
                return;
        }
        *look = (TicketLook) { g, ticket };
        r = enquiry_new(g, ROUTE_MESSAGE_GET, t->channel.v, t->message.v, NULL, ticket_known, look);
        question_asked(g, r);
        if (r >= 0)
                look = NULL;
}

/* The newest whose applicant should find the button. */
static void ask_tickets(Gather *g) {
        int n_left = DOCTOR_MESSAGES_MAX;

        for (size_t i = g->rows ? g->rows->n_tickets : 0; i > 0 && n_left > 0; i--) {
                DoctorTicket *t = &g->rows->tickets[i - 1];

                if (!t->application.id.v || !t->application.is_qna_open || !t->ticket.message.v || !doctor_channel(&g->world.guild, t->ticket.channel))
                        continue;
                ask_ticket(g, t);
                n_left--;
        }
}

static void ask_third(Gather *g) {
        DoctorGuild *guild = &g->world.guild;
        const GuildSettings *s = guild->settings;

        if (g->channel_list && g->role_list && g->bot_roles) {
                guild->look = DOCTOR_SEEN;
                guild->channels = g->channel_list;
                guild->n_channels = g->n_channels;
                guild->roles = g->role_list;
                guild->n_roles = g->n_roles;
                guild->bot_roles = g->bot_roles;
                guild->n_bot_roles = g->n_bot_roles;
        }
        if (guild->look != DOCTOR_SEEN || !s || !g->from.keys)
                return;
        ask_panel(g, &guild->support_panel, CONTROL_SUPPORT_OPEN, s->support_panel, s->support_panel_message);
        ask_panel(g, &guild->recruitment_panel, CONTROL_RECRUIT_OPEN, s->recruitment_panel, s->recruitment_panel_message);
        ask_tickets(g);
}

/* ---- rounds --------------------------------------------------------------------------------------------------------------------------------- */

static void round_end(Gather *g) {
        static void (*const ask[])(Gather *g) = { ask_first, ask_second, ask_third };

        while (g->done && g->n_pending == 0 && g->round < (int) ELEMENTSOF(ask))
                ask[g->round++](g);
        if (g->n_pending > 0)
                return;
        if (g->done)
                gather_tell(g);
        (void) gather_free(g);
}

/* What nobody has answered is not to be had. */
static int time_is_up(sd_event_source *source, uint64_t usec, void *userdata) {
        Gather *g = userdata;
        DoctorWorld *w = &g->world;

        (void) source;
        (void) usec;
        w->is_incomplete = true;
        if (w->application.look == DOCTOR_NOT_LOOKED && g->from.rest)
                w->application.look = DOCTOR_UNSEEN;
        if (w->database.look == DOCTOR_NOT_LOOKED && g->from.store)
                w->database.look = DOCTOR_UNSEEN;
        gather_tell(g);
        return 0;
}

static int begin(sd_event_source *source, void *userdata) {
        Gather *g = userdata;

        (void) source;
        g->start = sd_event_source_unref(g->start);
        round_end(g);
        return 0;
}

int doctor_gather(const DoctorSources *sources, DoctorGathered done, void *userdata) {
        _cleanup_(gather_freep) Gather *g = new0(Gather, 1);
        int r;

        if (!g)
                return -ENOMEM;
        g->from = *sources;
        g->done = done;
        g->userdata = userdata;
        g->world = (DoctorWorld) { .application.wanted = sources->config->application_id, .files = sources->files, .daemon = sources->daemon, .database = sources->database,
                                   .guild.guild = sources->guild };
        r = sd_event_add_time_relative(sources->event, &g->timer, CLOCK_BOOTTIME, TIME_MAX, 1, time_is_up, g);
        if (r < 0)
                return r;
        r = sd_event_add_defer(sources->event, &g->start, begin, g);       /* `done` never comes from inside this call */
        if (r < 0)
                return r;
        (void) TAKE(g);
        return 0;
}
