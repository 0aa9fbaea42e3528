/*
 * One interaction: decode, find the control, check who may, load, handle. Every way through ends in exactly one callback, or in a flow that
 * was accepted (a durable row) before its callback leaves.
 */

#include <errno.h>
#include <stdio.h>

#include "magikal/fault.h"
#include "magikal/log.h"
#include "magikal/text-clean.h"
#include "magikal/views.h"
#include "worker.h"

#define CALLBACK_TRIES 3
#define CALLBACK_RETRY_WAIT (250 * USEC_PER_MSEC)
#define ANSWER_WITHIN (3 * USEC_PER_SEC)        /* Discord, "Receiving and Responding": 3 seconds to the first answer */
#define EDIT_WITHIN (30 * USEC_PER_SEC)         /* the token lives for 15 minutes, but somebody is looking at "thinking…" */
#define EDIT_RETRY_MAX (4 * USEC_PER_SEC)

/* ---- life ------------------------------------------------------------------------------------------------------------------------ */

Job *job_free(Job *job) {
        Worker *worker;

        if (!job)
                return NULL;
        worker = job->worker;
        sd_event_source_disable_unref(job->timer);
        (void) interaction_free(job->ix);
        (void) facts_free(job->facts);
        free(job->reply);
        free(job->idem_key);
        free(job);
        worker->n_jobs--;
        worker_may_leave(worker);
        return NULL;
}

static int job_new(Worker *worker, uint64_t id, Usec received_at, Job **ret_job) {
        Job *job = new0(Job, 1);

        if (!job)
                return -ENOMEM;
        *job = (Job) { .worker = worker, .id = id, .received_at = received_at };
        worker->n_jobs++;
        *ret_job = job;
        return 0;
}

/* No flow, no further answer: the supervisor may forget it. */
static void job_answered(Job *job) {
        worker_tell(job->worker, &(IpcMessage) { .type = IPC_ANSWERED, .answered = { .job = job->id } });
        (void) job_free(job);
}

/* ---- for whoever watches ---------------------------------------------------------------------------------------------------------- */

static void job_travel(const Job *job, const Travel *travel) {
        Travel told = *travel;

        told.interaction = job->ix->id;
        travel_tell(&job->worker->role.travels, &told);
}

/* Which of our controls and commands; nothing of what came with it. */
static void job_travel_read(const Job *job) {
        static const char *const kinds[] = {
                [INTERACTION_COMMAND] = "command", [INTERACTION_COMPONENT] = "component", [INTERACTION_AUTOCOMPLETE] = "autocomplete",
                [INTERACTION_MODAL] = "form",
        };
        const Interaction *ix = job->ix;
        char name[TRAVEL_NAME_MAX + 1];

        if (!travel_is_watched(&job->worker->role.travels))
                return;
        if (!job->control)
                (void) snprintf(name, sizeof(name), "%s that is not ours", kinds[ix->type]);
        else if (job->control->name)
                (void) snprintf(name, sizeof(name), "%s %s", kinds[ix->type], job->control->name);
        else
                (void) snprintf(name, sizeof(name), "%s %s%s%s", kinds[ix->type], ix->command, ix->sub_command ? " " : "",
                                ix->sub_command ? ix->sub_command : "");
        job_travel(job, &(Travel) { .what = TRAVEL_PRESS, .name = name });
}

static void job_travel_replied(const Job *job, int outcome, const RestReply *reply) {
        static const char *const names[] = {
                [CALLBACK_MESSAGE] = "message", [CALLBACK_DEFER] = "deferred", [CALLBACK_DEFER_UPDATE] = "deferred update",
                [CALLBACK_UPDATE] = "update", [CALLBACK_CHOICES] = "choices", [CALLBACK_MODAL] = "form",
        };

        job_travel(job, &(Travel) { .what = TRAVEL_ACKNOWLEDGED, .name = names[job->callback], .status = reply ? reply->status : 0,
                                    .outcome = outcome == 0 || outcome == REST_ALREADY ? TRAVEL_IS_OK
                                               : outcome == REST_TOO_LATE              ? TRAVEL_IS_LATE
                                               : outcome == REST_AMBIGUOUS             ? TRAVEL_IS_UNCLEAR
                                                                                       : TRAVEL_IS_FAILED });
}

/* ---- answering --------------------------------------------------------------------------------------------------------------------- */

static int job_send_reply(Job *job);

static int job_reply_again(sd_event_source *source, uint64_t usec, void *userdata) {
        Job *job = userdata;

        (void) source;
        (void) usec;
        job->timer = sd_event_source_disable_unref(job->timer);
        if (job_send_reply(job) < 0)
                job_answered(job);
        return 0;
}

static void job_replied(int outcome, const RestReply *reply, void *userdata) {
        Job *job = userdata;
        Usec age = clock_boottime() - job->received_at;

        if ((outcome == REST_LATER || outcome == REST_AMBIGUOUS) && ++job->n_tries < CALLBACK_TRIES && age < ANSWER_WITHIN &&
            sd_event_add_time_relative(job->worker->role.event, &job->timer, CLOCK_BOOTTIME, CALLBACK_RETRY_WAIT, 1, job_reply_again,
                                       job) >= 0)
                return;
        job_travel_replied(job, outcome, reply);
        /* where nobody knows whether it arrived, somebody may be waiting */
        if (job->deferred && (outcome == 0 || outcome == REST_ALREADY || outcome == REST_AMBIGUOUS)) {
                job->n_tries = 0;
                TAKE(job->deferred)(job);
                return;
        }
        /* a form that Discord does not take was not taken: there is room for a plainer one, or a sentence */
        if (outcome == REST_REFUSED && !job->has_apologised) {
                log_event(LOG_ERR, "interaction.refused", "Discord does not take an answer of ours.", LOG_GUILD(job->ix->guild.v),
                          LOG_I64("code", reply->code), LOG_TEXT("reason", reply->message));
                if (job->plainer) {
                        TAKE(job->plainer)(job);
                        return;
                }
                job->has_apologised = true;
                job->deferred = NULL;
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
                return;
        }
        if (outcome != 0 && outcome != REST_ALREADY)
                log_event(LOG_NOTICE, "interaction.unanswered", "An interaction could not be answered.",
                          LOG_GUILD(job->ix->guild.v), LOG_I64("code", reply ? reply->code : 0),
                          LOG_I64("status", reply ? reply->status : 0), LOG_U64("age_ms", age / USEC_PER_MSEC),
                          LOG_TEXT("reason", reply ? reply->message : NULL));
        job_answered(job);
}

static int job_send_reply(Job *job) {
        return rest_send(job->worker->rest,
                         &(RestRequest) { .route = ROUTE_INTERACTION_CALLBACK, .ids = { job->ix->id.v }, .token = job->ix->token,
                                          .body = job->reply, .of.interaction = job->ix->id },
                         job_replied, job);
}

void job_reply(Job *job, CallbackType type, char *take_data) {
        _free_ char *data = take_data;
        int r;

        free(TAKE(job->reply));
        job->callback = type;
        r = interaction_callback(type, data, &job->reply);
        if (r >= 0)
                r = job_send_reply(job);
        if (r < 0) {
                log_event(LOG_ERR, "interaction.unanswered", "An answer could not be built.", LOG_GUILD(job->ix->guild.v), LOG_ERRNO(r));
                job_answered(job);
        }
}

/* ---- answers that take time -------------------------------------------------------------------------------------------------------- */

void job_defer(Job *job, void (*then)(Job *job)) {
        _json_writer_ JsonWriter w = {};
        char *data = NULL;

        json_open(&w);
        json_i64(&w, "flags", MESSAGE_EPHEMERAL);
        json_close(&w);
        if (json_writer_finish(&w, &data) < 0) {
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
                return;
        }
        job->deferred = then;
        job_reply(job, CALLBACK_DEFER, data);
}

static int job_send_edit(Job *job);

static int job_edit_again(sd_event_source *source, uint64_t usec, void *userdata) {
        Job *job = userdata;

        (void) source;
        (void) usec;
        job->timer = sd_event_source_disable_unref(job->timer);
        if (job_send_edit(job) < 0)
                job_answered(job);
        return 0;
}

/* True: it is sent once more, after a pause that grows. A process that is asked to leave has less patience. */
static bool job_edits_again(Job *job, int outcome, const RestReply *reply) {
        Usec within = job->worker->is_draining ? ANSWER_WITHIN : EDIT_WITHIN;
        Usec pause = MIN(CALLBACK_RETRY_WAIT * (Usec) ++job->n_tries, EDIT_RETRY_MAX);

        if (outcome != REST_LATER && outcome != REST_AMBIGUOUS)
                return false;
        if (reply && reply->wait > pause)
                pause = reply->wait;
        return clock_boottime() + pause - job->received_at < within &&
               sd_event_add_time_relative(job->worker->role.event, &job->timer, CLOCK_BOOTTIME, pause, 1, job_edit_again, job) >= 0;
}

static void job_edited(int outcome, const RestReply *reply, void *userdata) {
        Job *job = userdata;

        if (job_edits_again(job, outcome, reply))
                return;
        if (outcome == REST_REFUSED && !job->has_apologised) {
                job->has_apologised = true;
                log_event(LOG_ERR, "interaction.refused", "Discord does not take an answer of ours.", LOG_GUILD(job->ix->guild.v),
                          LOG_I64("code", reply->code), LOG_TEXT("reason", reply->message));
                job_edit(job, NULL);
                return;
        }
        if (outcome != 0 && outcome != REST_GONE)
                log_event(LOG_NOTICE, "interaction.unanswered", "An interaction could not be answered.", LOG_GUILD(job->ix->guild.v),
                          LOG_I64("code", reply ? reply->code : 0), LOG_I64("status", reply ? reply->status : 0));
        job_answered(job);
}

static int job_send_edit(Job *job) {
        return rest_send(job->worker->rest,
                         &(RestRequest) { .route = ROUTE_ORIGINAL_PATCH, .ids = { job->ix->application.v }, .token = job->ix->token,
                                          .body = job->reply, .of.interaction = job->ix->id },
                         job_edited, job);
}

void job_edit(Job *job, char *take_body) {
        free(TAKE(job->reply));
        job->reply = take_body;
        if (!job->reply && view_say(&job->reply, job->lang, false, TEXT_TRY_AGAIN, TEXT_ARGS()) < 0)
                job_answered(job);
        else if (job_send_edit(job) < 0)
                job_answered(job);
}

/* ---- sentences ------------------------------------------------------------------------------------------------------------------------ */

void job_no_choices(Job *job) {
        job_reply(job, CALLBACK_CHOICES, strdup("{\"choices\":[]}"));
}

/*
 * What comes of a button, or of the form behind it, below a sentence that only this person sees takes that sentence's place. Never that of a
 * message which others read: whoever makes up such a press would write over it.
 */
static bool answers_in_place(const Job *job) {
        return job->control && job->ix->is_message_ephemeral && (job->control->is_in_place || job->ix->type == INTERACTION_MODAL);
}

/* Somebody who is still typing reads no sentence. */
void job_say(Job *job, TextId id, const TextArg *args) {
        bool is_in_place = answers_in_place(job);
        char *data = NULL;
        int r;

        if (job->ix->type == INTERACTION_AUTOCOMPLETE) {
                job_no_choices(job);
                return;
        }
        r = view_say(&data, job->lang, !is_in_place, id, args);
        if (r < 0) {
                log_event(LOG_ERR, "interaction.unanswered", "A sentence could not be built.", LOG_TEXT("text", text_id_to_string(id)),
                          LOG_ERRNO(r));
                job_answered(job);
                return;
        }
        job_reply(job, is_in_place ? CALLBACK_UPDATE : CALLBACK_MESSAGE, data);
}

bool job_said_not_open(Job *job, UserId closer) {
        const Ticket *t = &job->facts->ticket;

        switch (ticket_judge(t, TICKET_EVENT_CLOSE)) {
        case 0:
                return false;
        case TICKET_NOT_YET:
                job_say(job, TEXT_TICKET_NOT_READY, TEXT_ARGS(ARG_NUMBER("number", t->guild_no)));
                return true;
        case TICKET_BEING_CLOSED:
                if (closer.v)
                        job_say(job, TEXT_TICKET_BEING_CLOSED_BY, TEXT_ARGS(ARG_USER("closer", closer), ARG_NUMBER("number", t->guild_no)));
                else
                        job_say(job, TEXT_TICKET_BEING_CLOSED, TEXT_ARGS(ARG_NUMBER("number", t->guild_no)));
                return true;
        case TICKET_IS_CLOSED:
                if (closer.v)
                        job_say(job, TEXT_TICKET_CLOSED_BY,
                                TEXT_ARGS(ARG_NUMBER("number", t->guild_no), ARG_USER("closer", closer), ARG_TIME("time", t->closed_at)));
                else
                        job_say(job, TEXT_TICKET_CLOSED, TEXT_ARGS());
                return true;
        default:
                job_say(job, TEXT_TICKET_NONE, TEXT_ARGS());
                return true;
        }
}

bool job_form_text(Job *job, const char *field_name, size_t n_max, char **ret_text) {
        const InteractionField *field = interaction_field(job->ix, field_name);

        if (!field || !field->text) {
                job_say(job, TEXT_FORM_INVALID, TEXT_ARGS());
                return false;
        }
        switch (text_clean(field->text, n_max, ret_text)) {
        case 0:
                return true;
        case TEXT_CLEAN_LONG:
                job_say(job, TEXT_FIELD_LONG, TEXT_ARGS(ARG_NUMBER("limit", n_max)));
                return false;
        case TEXT_CLEAN_BLANK:
                job_say(job, TEXT_FIELD_BLANK, TEXT_ARGS());
                return false;
        default:
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
                return false;
        }
}

/* ---- accepting ----------------------------------------------------------------------------------------------------------------------- */

static Acknowledgement job_acknowledgement(const Job *job) {
        return (Acknowledgement) {
                .interaction = job->ix->id, .token = job->ix->token,
                .locale = job->ix->locale[0] ? job->ix->locale : NULL,
                .type = answers_in_place(job) ? CALLBACK_DEFER_UPDATE : CALLBACK_DEFER,
        };
}

void job_args_begin(Job *job, JsonWriter *w) {
        Acknowledgement a = job_acknowledgement(job);

        json_open(w);
        engine_put_acknowledgement(w, &a);
}

Subject job_ticket_args_begin(Job *job, JsonWriter *w) {
        Subject subject;

        (void) snprintf(subject.text, sizeof(subject.text), "ticket:%llu", (unsigned long long) job->facts->ticket.id.v);
        job_args_begin(job, w);
        json_id(w, "tid", job->facts->ticket.id.v);
        return subject;
}

char *job_args_end(JsonWriter *w) {
        char *args = NULL;

        json_close(w);
        return json_writer_finish(w, &args) < 0 ? NULL : args;
}

void job_accept_for_guild(Job *job, const Flow *flow, JsonWriter *w) {
        char subject[40];

        (void) snprintf(subject, sizeof(subject), "guild:%llu", (unsigned long long) job->ix->guild.v);
        job_accept(job, flow, subject, job_args_end(w));
}

/* It was not taken. What was typed comes back to the one who typed it, as it was, so that nobody types twice. */
static void job_not_taken(Job *job, TextId why, TextId why_with_text) {
        _strbuf_ StrBuf b = {};
        char *data = NULL;
        size_t n_texts = 0;

        text_put(&b, job->lang, why_with_text, TEXT_ARGS());
        for (size_t i = 0; i < job->ix->n_fields; i++)
                if (job->ix->fields[i].text) {
                        strbuf_append(&b, n_texts++ == 0 ? "\n>>> " : "\n\n");
                        text_escape(&b, job->ix->fields[i].text);
                }
        if (n_texts == 0 || b.error < 0 || view_notice(job->lang, strbuf_text(&b), true, &data) < 0)
                job_say(job, why, TEXT_ARGS());
        else
                job_reply(job, CALLBACK_MESSAGE, data);
}

static void job_try_again(Job *job) {
        job_not_taken(job, TEXT_TRY_AGAIN, TEXT_TRY_AGAIN_TEXT);
}

static void job_accepted(int outcome, const Accepted *accepted, void *userdata) {
        Job *job = userdata;
        Worker *worker = job->worker;

        switch (outcome) {
        case 0:
                break;
        case STORE_UNKNOWN:
                job_say(job, TEXT_MAYBE_SAVED, TEXT_ARGS());
                return;
        default:
                job_try_again(job);
                return;
        }
        if (accepted->flow.v == 0) {
                if (accepted->n_waiting >= STORE_WAITING_MAX)
                        job_not_taken(job, TEXT_TOO_MANY_WAITING, TEXT_TOO_MANY_WAITING_TEXT);
                else
                        job_not_taken(job, TEXT_RESTS, TEXT_RESTS_TEXT);
                return;
        }
        job_travel(job, &(Travel) { .what = TRAVEL_ACCEPTED, .flow = accepted->flow, .name = job->flow->name,
                                    .outcome = accepted->is_fresh ? TRAVEL_IS_OK : TRAVEL_IS_AGAIN });
        (void) FAULT("accept/committed");
        log_event(LOG_DEBUG, "flow.accepted", accepted->is_fresh ? "A flow was accepted." : "A flow was accepted before.",
                  LOG_FLOW(accepted->flow.v), LOG_GUILD(job->ix->guild.v), LOG_TEXT("actor", accepted->actor.text),
                  LOG_I64("waiting", accepted->n_waiting));
        worker_tell(worker, &(IpcMessage) { .type = IPC_ACCEPTED, .accepted = { .job = job->id, .flow = accepted->flow.v } });
        (void) FAULT("accept/told");
        if (engine_accepted(worker->engine, accepted->flow, &job->acknowledgement) < 0)
                log_event(LOG_ERR, "interaction.unanswered", "An acknowledgement could not be sent; whoever runs the flow sends it.",
                          LOG_FLOW(accepted->flow.v));
        (void) job_free(job);
}

void job_accept(Job *job, const Flow *flow, const char *subject, char *take_args) {
        _free_ char *args = take_args;
        AcceptRequest request = {
                .kind = flow->name, .code_version = flow->version, .guild = job->ix->guild, .user = job->ix->user, .subject = subject,
                .args = args, .ttl_s = flow->ttl_s,
        };
        int r = args ? 0 : -ENOMEM;

        job->acknowledgement = job_acknowledgement(job);
        job->flow = flow;
        if (r == 0 && asprintf(&job->idem_key, "ix:%llu", (unsigned long long) job->ix->id.v) < 0) {
                job->idem_key = NULL;
                r = -ENOMEM;
        }
        if (r == 0) {
                request.idem_key = job->idem_key;
                (void) FAULT("accept/before");
                r = store_accept(job->worker->store, &request, job_accepted, job);
        }
        if (r < 0) {
                log_event(LOG_ERR, "flow.not_accepted", "A flow could not be accepted.", LOG_TEXT("kind", flow->name), LOG_ERRNO(r));
                job_try_again(job);
                return;
        }
        (void) FAULT("accept/sent");
}

/* ---- deciding ------------------------------------------------------------------------------------------------------------------------ */

static void job_handle(Job *job) {
        if (job->ix->type != INTERACTION_AUTOCOMPLETE)
                job->control->handle(job);
        else if (job->control->suggest)
                job->control->suggest(job);
        else
                job_no_choices(job);
}

static void job_loaded(int outcome, const Facts *facts, void *userdata) {
        Job *job = userdata;

        if (outcome != 0 || facts_copy(facts, &job->facts) < 0)
                job_try_again(job);
        else
                job_handle(job);
}

static void job_load(Job *job) {
        const Interaction *ix = job->ix;
        Store *store = job->worker->store;
        RecruitQuery recruit = { .guild = ix->guild, .roles = ix->roles, .n_roles = ix->n_roles };
        int r = 0;

        switch (job->control->load) {
        case JOB_LOAD_NONE:
                job_handle(job);
                return;
        case JOB_LOAD_SETTINGS:
                r = store_facts(store, ix->guild, (TicketId) { 0 }, (ChannelId) { 0 }, job_loaded, job);
                break;
        case JOB_LOAD_TICKET:
                r = store_facts(store, ix->guild, (TicketId) { job->custom_id.ids[0] }, (ChannelId) { 0 }, job_loaded, job);
                break;
        case JOB_LOAD_MEMBERS_TICKET:
                r = store_ticket_of_member(store, ix->guild, ix->user, TICKET_SUPPORT, job_loaded, job);
                break;
        case JOB_LOAD_MEMBERS_APPLICATION:
                r = store_ticket_of_member(store, ix->guild, ix->user, TICKET_RECRUITMENT, job_loaded, job);
                break;
        case JOB_LOAD_RECRUIT:
                recruit.ticket = (TicketId) { job->custom_id.ids[0] };
                r = store_recruit_facts(store, &recruit, job_loaded, job);
                break;
        case JOB_LOAD_RECRUIT_HERE:
                recruit.channel = ix->channel;
                r = store_recruit_facts(store, &recruit, job_loaded, job);
                break;
        case JOB_LOAD_RECRUIT_SETTINGS:
                r = store_recruit_facts(store, &recruit, job_loaded, job);
                break;
        }
        if (r < 0)
                job_try_again(job);
}

/* The control that this interaction means, or the sentence why there is none. */
static const Control *job_find_control(Job *job, TextId *ret_why) {
        const Interaction *ix = job->ix;
        const Control *control = NULL;
        int r;

        *ret_why = TEXT_CONTROL_INVALID;
        if (ix->type == INTERACTION_COMMAND || ix->type == INTERACTION_AUTOCOMPLETE) {
                r = command_find(ix, &job->command);
                if (r == 0)
                        control = control_by_command(job->command);
                *ret_why = r == COMMAND_MISFIT ? TEXT_COMMAND_MISFIT : TEXT_COMMAND_UNKNOWN;
                return control;
        }
        r = custom_id_read(job->worker->role.keys, ix->guild, ix->custom_id, &job->custom_id);
        if (r == 0)
                control = control_by_name(ix->type, job->custom_id.control);
        if (!control)
                log_event(LOG_NOTICE, "interaction.invalid_control", "A control was pressed that is not ours or no longer valid.",
                          LOG_GUILD(ix->guild.v), LOG_CHANNEL(ix->channel.v),
                          LOG_TEXT("why", r == CUSTOM_ID_FORGED ? "forged" : r == 0 ? "unknown" : "foreign"));
        return control;
}

static void job_capable(int outcome, unsigned capabilities, void *userdata) {
        Job *job = userdata;
        PolicyPerson person = { .permissions = job->ix->permissions, .capabilities = capabilities };
        TextId why;

        job->capabilities = capabilities;
        if (outcome != 0)
                job_try_again(job);
        else if (policy_check(job->control->policy, &person, &why) != 0)
                job_say(job, why, TEXT_ARGS());
        else
                job_load(job);
}

/* Permissions come with the press. Capabilities are ours to look up, for whoever may not do it already and could by one. */
static void job_check_policy(Job *job) {
        const Interaction *ix = job->ix;
        PolicyPerson person = { .permissions = ix->permissions };
        TextId why, ignored;

        if (policy_check(job->control->policy, &person, &why) == 0) {
                job_load(job);
                return;
        }
        person.capabilities = ~0U;
        if (ix->n_roles == 0 || policy_check(job->control->policy, &person, &ignored) != 0)
                job_say(job, why, TEXT_ARGS());
        else if (store_capabilities(job->worker->store, ix->guild, ix->roles, ix->n_roles, job_capable, job) < 0)
                job_try_again(job);
}

static void job_decide(Job *job) {
        const Interaction *ix = job->ix;
        TextId why;

        if (ix->guild.v == 0) {
                job_say(job, TEXT_NOT_IN_GUILD, TEXT_ARGS());
                return;
        }
        job->control = job_find_control(job, &why);
        job_travel_read(job);
        if (job->control)
                job_check_policy(job);
        else
                job_say(job, why, TEXT_ARGS());
}

/* Discord says it with every interaction but PING; the guild's is the next best. */
static Lang lang_of(const Interaction *ix) {
        return lang_from_locale(ix->locale[0] ? ix->locale : ix->guild_locale);
}

void job_begin(Worker *worker, uint64_t id, Usec received_at, const char *frame, size_t n_bytes) {
        const char *why = NULL;
        Job *job = NULL;
        int r;

        r = job_new(worker, id, received_at, &job);
        if (r < 0) {
                log_event(LOG_ERR, "interaction.unanswered", "No memory for a job.");
                return;         /* not answered: the supervisor gives it to another when this process ends */
        }
        r = interaction_decode(frame, n_bytes, &job->ix, &why);
        if (r == 0) {
                job->lang = lang_of(job->ix);
                job_decide(job);
                return;
        }
        log_event(LOG_WARNING, "interaction.undecodable", "An interaction could not be read.", LOG_TEXT("why", why), LOG_ERRNO(r));
        if (interaction_decode_address(frame, n_bytes, &job->ix, NULL) == 0) {
                job->lang = lang_of(job->ix);
                job_say(job, TEXT_FORM_INVALID, TEXT_ARGS());
        } else
                job_answered(job);
}

void job_apologise(Worker *worker, uint64_t id, const char *reference, const char *frame, size_t n_bytes) {
        Job *job = NULL;

        if (job_new(worker, id, clock_boottime(), &job) < 0)
                return;
        if (interaction_decode_address(frame, n_bytes, &job->ix, NULL) == 0) {
                job->lang = lang_of(job->ix);
                job_say(job, TEXT_TROUBLE, TEXT_ARGS(ARG_OURS("reference", reference)));
        } else
                job_answered(job);
}
