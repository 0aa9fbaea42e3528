/* Facts about recruitment: what is set, the application, the clock of its zone. */

#include "db.h"

#include <errno.h>
#include <string.h>

#include "magikal/timezone.h"

/* ---- reading: lists that travel as JSON ------------------------------------------------------------------------------------ */

/* Memory for n of something that lives as long as the batch; NULL when there is none left. */
static void *keep_array(Batch *b, size_t n, size_t n_bytes_each) {
        return batch_keep(b, calloc(MAX(n, (size_t) 1), n_bytes_each));
}

static int read_options(Batch *b, const PGresult *r, int column, RecruitSettings *ret) {
        const Json *list = row_json(b, r, 0, column);
        size_t n = (size_t) json_array_size(list), i = 0;
        RecruitOption *options;

        if (n == 0) {
                ret->options = recruit_default_options(&ret->n_options);
                return 0;
        }
        options = keep_array(b, n, sizeof(*options));
        if (!options)
                return -ENOMEM;
        JSON_FOREACH(item, list) {
                const char *name = json_text(json_get(item, "name"));

                if (!name)
                        continue;
                options[i] = (RecruitOption) { .name = name, .emoji = json_text(json_get(item, "emoji")) };
                (void) json_get_u64(item, "role", &options[i].ping_role.v);
                i++;
        }
        ret->options = options;
        ret->n_options = i;
        return 0;
}

static bool read_question(const Json *item, Question *ret) {
        const char *label = json_text(json_get(item, "label")), *placeholder = json_text(json_get(item, "placeholder"));
        const char *kind = json_text(json_get(item, "type"));
        int64_t id;

        /* a kind that this version does not know cannot be asked */
        if (!label || strlen(label) >= sizeof(ret->label) || !kind || answer_kind_from_string(kind, &ret->kind) < 0 ||
            json_get_i64(item, "id", &id) != 0 || id < 1 || id > INT32_MAX || json_get_bool(item, "required", &ret->is_required) != 0 ||
            (placeholder && strlen(placeholder) >= sizeof(ret->placeholder)))
                return false;
        ret->id = (int) id;
        strcpy(ret->label, label);
        strcpy(ret->placeholder, placeholder ? placeholder : "");
        return true;
}

static int read_questions(Batch *b, const PGresult *r, int column_next_id, int column, Lang lang, RecruitSettings *ret) {
        const Json *rows = row_json(b, r, 0, column);
        QuestionList *list = keep_array(b, 1, sizeof(*list));

        if (!list)
                return -ENOMEM;
        list->next_id = row_int(r, 0, column_next_id);
        JSON_FOREACH(item, rows)
                if (list->n < QUESTIONS_MAX && read_question(item, &list->items[list->n])) {
                        list->next_id = MAX(list->next_id, list->items[list->n].id + 1);
                        list->n++;
                }
        if (list->n == 0)
                question_reset(list, lang);
        ret->questions = list;
        return 0;
}

/* [[from, seconds east of Greenwich], …]; false: PostgreSQL does not know the zone. */
static bool read_zone(Batch *b, const PGresult *r, int column, ZoneRules *ret) {
        const Json *list = row_json(b, r, 0, column);
        int n = json_array_size(list), i = -1;
        ZoneTransition *transitions;

        if (n == 0)
                return false;
        transitions = keep_array(b, (size_t) n, sizeof(*transitions));
        if (!transitions)
                return false;
        JSON_FOREACH(item, list) {
                const Json *from = json_first(item);
                int64_t at, east;

                if (!from || json_to_i64(from, &at) < 0 || json_to_i64(json_next(from), &east) < 0)
                        return false;
                if (i < 0)
                        ret->offset = (int) east;
                else
                        transitions[i] = (ZoneTransition) { .at = at, .offset = (int) east };
                i++;
        }
        ret->transitions = transitions;
        ret->n_transitions = (size_t) MAX(i, 0);
        return true;
}

/* ---- reading: the row ------------------------------------------------------------------------------------------------------- */

/* An unknown word comes from a newer schema: the nothing of its type. */
static ApplicationStatus row_status(const PGresult *r, int column) {
        const char *word = row_text(r, 0, column);
        ApplicationStatus status;

        return word && application_status_from_string(word, &status) == 0 ? status : APPLICATION_DRAFT;
}

static RequestedRole row_requested(const PGresult *r, int column) {
        const char *word = row_text(r, 0, column);
        RequestedRole requested;

        return word && requested_role_from_string(word, &requested) == 0 ? requested : REQUESTED_NONE;
}

static AccessMode row_access(const PGresult *r, int column) {
        const char *word = row_text(r, 0, column);
        AccessMode mode;

        return word && access_mode_from_string(word, &mode) == 0 ? mode : ACCESS_KEEP;
}

static const Json *row_opened_json(Batch *b, const PGresult *r, int column) {
        const char *text = row_opened(b, r, 0, column);
        Json *json = NULL;

        if (!text || json_parse(text, strlen(text), &json) < 0)
                return NULL;
        return batch_keep_json(b, json);
}

#define FIRST_APPLICATION 14            /* column of recruit_facts */

static void read_application(Batch *b, const PGresult *r, RecruitFacts *ret) {
        const int c = FIRST_APPLICATION;

        if (row_is_null(r, 0, c))
                return;
        ret->application = (Application) {
                .id = { row_u64(r, 0, c) },
                .ticket = { row_u64(r, 0, c + 1) },
                .status = row_status(r, c + 2),
                .requested = row_requested(r, c + 3),
                .is_qna_open = row_bool(r, 0, c + 4),
                .is_closed_undecided = row_bool(r, 0, c + 5),
                .has_left = row_bool(r, 0, c + 6),
                .access = row_access(r, c + 7),
                .area = row_text(r, 0, c + 8),
                .zone = row_text(r, 0, c + 9),
                .handle = row_text(r, 0, c + 10),
                .rsi_record = row_text(r, 0, c + 11),
                .notes = row_text(r, 0, c + 12),
                .reason = row_text(r, 0, c + 13),
                .record_channel = { row_u64(r, 0, c + 14) },
                .record_message = { row_u64(r, 0, c + 15) },
                .decider = row_pseudonym(r, 0, c + 16),
                .decider_user = row_user(b, r, 0, c + 17),
                .decided_at = row_u64(r, 0, c + 18),
                .remover = row_pseudonym(r, 0, c + 19),
                .remover_user = row_user(b, r, 0, c + 20),
                .removed_at = row_u64(r, 0, c + 21),
        };
        ret->finaliser = row_pseudonym(r, 0, c + 22);
        ret->finaliser_user = row_user(b, r, 0, c + 23);
        ret->finalised_at = row_u64(r, 0, c + 24);
        ret->granted_role.v = row_u64(r, 0, c + 25);
        ret->revision = row_int(r, 0, c + 26);
        ret->rsi = row_json(b, r, 0, c + 27);
        ret->answers = row_json(b, r, 0, c + 28);
        ret->step1_draft = row_opened_json(b, r, c + 29);
        ret->qna_draft = row_opened_json(b, r, c + 30);
        ret->created_at = row_u64(r, 0, c + 31);
        ret->application.blanked_at = row_u64(r, 0, c + 32);
}

int read_recruit(Batch *b, size_t n_call, Facts *facts, RecruitFacts *ret) {
        const PGresult *r = batch_result(b, n_call);
        int error, east;

        *ret = (RecruitFacts) {};
        if (batch_n_rows(b, n_call) != 1)
                return 0;
        ret->settings = (RecruitSettings) {
                .record_channel = { row_u64(r, 0, 0) },
                .access = row_access(r, 1),
                .is_nick_sync = row_bool(r, 0, 2),
                .org_url = row_text(r, 0, 3),
                .image_url = row_text(r, 0, 4),
                .member_role = { row_u64(r, 0, 5) },
                .affiliate_role = { row_u64(r, 0, 6) },
        };
        if ((error = read_options(b, r, 7, &ret->settings)) < 0 || (error = read_questions(b, r, 8, 9, facts->settings.lang, &ret->settings)) < 0)
                return error;
        ret->capabilities = row_capabilities(r, 0, 10);
        facts->actor_ticket_channel.v = row_u64(r, 0, 11);
        (void) read_zone(b, r, 12, &ret->uk);
        read_application(b, r, ret);
        ret->settings.keep_declined = row_int(r, 0, FIRST_APPLICATION + 33);
        if (ret->application.zone && timezone_is_fixed(ret->application.zone, &east)) {
                ret->zone = (ZoneRules) { .offset = east };
                ret->is_zone_known = true;
        } else
                ret->is_zone_known = read_zone(b, r, 13, &ret->zone);
        return 0;
}

/* ---- asking ------------------------------------------------------------------------------------------------------------------ */

void batch_recruit_of_flow(Batch *b, GuildId guild, TicketId tid, FlowId flow) {
        batch_call(b, SQL_RECRUIT_FACTS);
        batch_u64(b, guild.v);
        batch_id(b, tid.v);
        batch_id(b, flow.v);
        batch_null(b);
        batch_null(b);
        batch_text(b, "{}");
        batch_null(b);
}

static void add_ticket(Batch *b, const RecruitQuery *query) {
        if (query->ticket.v != 0 || query->channel.v != 0 || query->member.v == 0) {
                batch_call(b, query->ticket.v != 0 || query->channel.v == 0 ? SQL_TICKET_BY_ID : SQL_TICKET_BY_CHANNEL);
                batch_u64(b, query->guild.v);
                batch_u64(b, query->ticket.v != 0 ? query->ticket.v : query->channel.v);
                return;
        }
        batch_call(b, SQL_TICKET_OF_MEMBER);
        batch_u64(b, query->guild.v);
        batch_person(b, query->guild, query->member);
        batch_text(b, ticket_kind_to_string(TICKET_RECRUITMENT));
}

int store_recruit_facts(Store *store, const RecruitQuery *query, FactsDone done, void *userdata) {
        bool by_channel = query->ticket.v == 0 && query->channel.v != 0, by_member = query->ticket.v == 0 && query->channel.v == 0;
        Batch *b = facts_begin(store, query->guild, (FlowId) {});

        add_ticket(b, query);
        batch_call(b, SQL_RECRUIT_FACTS);
        batch_u64(b, query->guild.v);
        batch_id(b, query->ticket.v);
        batch_null(b);
        batch_id(b, by_channel ? query->channel.v : 0);
        batch_person(b, query->guild, by_member ? query->member : (UserId) {});
        batch_roles(b, query->roles, query->n_roles);
        batch_null(b);
        return batch_submit(store, STORE_FRONT, b, finish_facts, (AnyDone) done, userdata);
}

int store_recruit_of_applicant(Store *store, GuildId guild, UserId user, FactsDone done, void *userdata) {
        Batch *b = facts_begin(store, guild, (FlowId) {});

        batch_call(b, SQL_TICKET_OF_APPLICANT);
        batch_u64(b, guild.v);
        batch_person(b, guild, user);
        batch_call(b, SQL_RECRUIT_FACTS);
        batch_u64(b, guild.v);
        batch_null(b);
        batch_null(b);
        batch_null(b);
        batch_null(b);
        batch_text(b, "{}");
        batch_person(b, guild, user);
        return batch_submit(store, STORE_FRONT, b, finish_facts, (AnyDone) done, userdata);
}

int store_same_citizen(Store *store, GuildId guild, TicketId ticket, const char *handle, const char *record, TicketsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_SAME_CITIZEN);
        batch_u64(b, guild.v);
        batch_u64(b, ticket.v);
        batch_text(b, handle);
        batch_text(b, record);
        return batch_submit(store, STORE_FRONT, b, finish_tickets, (AnyDone) done, userdata);
}

static void finish_live_applications(Batch *b, int outcome) {
        LiveApplicationsDone done = (LiveApplicationsDone) b->done;
        const PGresult *r = batch_result(b, 0);
        size_t n = outcome == 0 ? batch_n_rows(b, 0) : 0;
        _free_ LiveApplication *found = new0(LiveApplication, n + 1);

        if (!found) {
                done(-ENOMEM, NULL, 0, b->userdata);
                return;
        }
        for (size_t i = 0; i < n; i++) {
                const char *role = row_text(r, i, 2), *zone = row_text(r, i, 3);

                found[i] = (LiveApplication) { .ticket = { row_u64(r, i, 0) }, .id = { row_u64(r, i, 1) }, .has_left = row_bool(r, i, 4) };
                if (role)
                        (void) requested_role_from_string(role, &found[i].requested);   /* the column has no others */
                if (zone && strlen(zone) < sizeof(found[i].zone.text))
                        copy_bytes(found[i].zone.text, zone, strlen(zone) + 1);
        }
        done(outcome, found, n, b->userdata);
}

int store_live_applications(Store *store, GuildId guild, LiveApplicationsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_LIVE_APPLICATIONS);
        batch_u64(b, guild.v);
        return batch_submit(store, STORE_FLOW, b, finish_live_applications, (AnyDone) done, userdata);
}

/* ---- time zones ------------------------------------------------------------------------------------------------------------------ */

static void finish_timezones(Batch *b, int outcome) {
        NamesDone done = (NamesDone) b->done;
        _free_ const char **names = NULL;
        size_t n = 0;

        if (outcome == 0 && batch_n_rows(b, 0) > 0) {
                n = batch_n_rows(b, 0);
                names = new0(const char *, n);
                if (!names) {
                        done(-ENOMEM, NULL, 0, b->userdata);
                        return;
                }
                for (size_t i = 0; i < n; i++)
                        names[i] = row_text(batch_result(b, 0), i, 0);
        }
        done(outcome, names, n, b->userdata);
}

int store_timezones(Store *store, NamesDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_TIMEZONES);
        return batch_submit(store, STORE_FLOW, b, finish_timezones, (AnyDone) done, userdata);
}

/* b->context: FIXED_ZONE and the seconds of a zone that is fixed; its name never reaches PostgreSQL (timezone.h says why). 0: it is not. */
#define FIXED_ZONE (1 << 20)

static void finish_zone_rules(Batch *b, int outcome) {
        ZoneRulesDone done = (ZoneRulesDone) b->done;
        const PGresult *r = batch_result(b, 0);
        ZoneRules rules = {};
        bool is_known;

        if (outcome != 0 || batch_n_rows(b, 0) != 1) {
                done(outcome, NULL, 0, b->userdata);
                return;
        }
        is_known = read_zone(b, r, 0, &rules);
        if (b->context != 0) {
                rules = (ZoneRules) { .offset = (int) b->context - FIXED_ZONE };
                is_known = true;
        }
        done(0, is_known ? &rules : NULL, row_u64(r, 0, 1), b->userdata);
}

int store_zone_rules(Store *store, const char *zone, ZoneRulesDone done, void *userdata) {
        Batch *b = batch_new(store);

        int east = 0;
        bool is_fixed = timezone_is_fixed(zone, &east);

        if (b && is_fixed)
                b->context = (uint64_t) (FIXED_ZONE + east);
        batch_call(b, SQL_ZONE_RULES);
        batch_text(b, is_fixed ? "UTC" : zone);
        return batch_submit(store, STORE_FRONT, b, finish_zone_rules, (AnyDone) done, userdata);
}
