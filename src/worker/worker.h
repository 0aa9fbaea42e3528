#pragma once

/* The worker process. Private to src/worker. */

#include "magikal/command.h"
#include "magikal/custom-id.h"
#include "magikal/engine.h"
#include "magikal/flows.h"
#include "magikal/interaction.h"
#include "magikal/policy.h"
#include "magikal/role.h"
#include "magikal/text.h"
#include "magikal/topic.h"

typedef struct Worker Worker;
typedef struct Job Job;
typedef struct Control Control;
typedef struct Sweep Sweep;
typedef struct Members Members;
typedef struct Timezones Timezones;

struct Worker {
        RoleContext role;
        Store *store;
        Rest *rest;
        Engine *engine;
        unsigned n_jobs;
        bool is_ready;
        bool is_draining;
        bool are_flows_drained;
        bool is_registering;
        bool is_telling_dead;
        Sweep *sweep;                   /* under way; NULL: none */
        Rsi *rsi;
        Members *members;               /* to be looked at; NULL: none */
        Timezones *timezones;           /* NULL: nobody has typed one yet */
};

/* Leaves when it was asked to and nothing is left to do. */
void worker_may_leave(Worker *worker);
/* A message to the supervisor. A full queue means that it does not read: it will find out by itself what happened. */
void worker_tell(Worker *worker, const IpcMessage *message);

/* ---- job.c: one interaction, from the frame to its answer or its flow ------------------------------------------------------------ */

struct Job {
        Worker *worker;
        uint64_t id;
        Usec received_at;               /* CLOCK_BOOTTIME */
        Interaction *ix;
        Lang lang;                      /* of the person */
        const Control *control;
        CustomId custom_id;             /* components and modals */
        Command command;                /* commands */
        Facts *facts;                   /* as the control asked for; NULL with JOB_LOAD_NONE */
        unsigned capabilities;          /* of the person's roles, where the policy asked for them */
        char *reply;                    /* body of the callback under way, for a second try */
        int n_tries;
        bool has_apologised;
        void (*plainer)(Job *job);      /* replies once more, without what Discord may not have taken; NULL: there is nothing to leave out */
        void (*deferred)(Job *job);     /* goes on when the person sees that we are thinking */
        sd_event_source *timer;
        char *idem_key;
        Acknowledgement acknowledgement;
        CallbackType callback;          /* of the reply under way */
        const Flow *flow;               /* that is being accepted; NULL: none */
};

/* What a control wants to know before its handler runs. */
typedef enum JobLoad {
        JOB_LOAD_NONE,
        JOB_LOAD_SETTINGS,              /* of the guild */
        JOB_LOAD_TICKET,                /* settings, and the ticket that the custom_id names */
        JOB_LOAD_MEMBERS_TICKET,        /* settings, and the member's live support ticket */
        JOB_LOAD_MEMBERS_APPLICATION,   /* settings, and the member's live recruitment ticket */
        JOB_LOAD_RECRUIT_SETTINGS,      /* settings, and those of recruitment */
        JOB_LOAD_RECRUIT,               /* the same, and the ticket that the custom_id names with its application */
        JOB_LOAD_RECRUIT_HERE,          /* the same, and the live ticket whose channel this is */
} JobLoad;

/*
 * One thing a person can press, send or type. The handler runs after the custom_id, the policy and the load; it calls exactly one of
 * job_reply(), job_say(), job_accept(), now or later.
 */
struct Control {
        InteractionType type;
        const char *name;               /* control of the custom_id; commands: NULL */
        Command command;
        PolicyAction policy;
        JobLoad load;
        void (*handle)(Job *job);
        /* a button below a sentence that only this person sees: what comes of the press takes the sentence's place, and the button goes.
           Forms that were opened from such a button need no mark */
        bool is_in_place;
        void (*suggest)(Job *job);      /* commands: completes what is being typed, with the same policy and load. NULL: nothing to complete */
};

void job_begin(Worker *worker, uint64_t id, Usec received_at, const char *frame, size_t n_bytes);
/* Answers with a callback; `take_data` is malloced. A data of NULL (no memory) becomes an apology. */
void job_reply(Job *job, CallbackType type, char *take_data);
/*
 * For a question whose answer takes time: the person sees "thinking…", then `then` goes on, which must end in job_edit() within seconds.
 * Should this process die in between, another one begins anew, so nothing but reading may happen.
 */
void job_defer(Job *job, void (*then)(Job *job));
/* What stands in place of "thinking…", repeated for half a minute; take_body is malloced, NULL (no memory) becomes an apology. */
void job_edit(Job *job, char *take_body);
/* Answers with one ephemeral sentence. */
void job_say(Job *job, TextId id, const TextArg *args);
/*
 * Accepts a flow: a durable row, then the acknowledgement.
 *
 * subject    "actor", or as it is
 * take_args  malloced JSON, made between job_args_begin() and the writer's end; NULL (no memory) becomes an apology
 *
 * When it cannot be stored, the person gets back what they typed.
 */
void job_accept(Job *job, const Flow *flow, const char *subject, char *take_args);
/* Opens the object of args and puts in what the engine needs; the caller adds members and closes it. */
void job_args_begin(Job *job, JsonWriter *w);
/* The same job without an interaction's answer: over. */
Job *job_free(Job *job);
DEFINE_CLEANUP(Job *, job_free)

/* Two processes died of it: answer for them. */
void job_apologise(Worker *worker, uint64_t id, const char *reference, const char *frame, size_t n_bytes);

/* ---- controls.c: the index of the product ------------------------------------------------------------------------------------------- */

const Control *control_by_name(InteractionType type, const char *name);
const Control *control_by_command(Command command);

/* Is the loaded ticket not there yet, or closed or closing? Says so, and who closed it (0: not told). True when it has been said. */
bool job_said_not_open(Job *job, UserId closer);
/* Completes nothing. */
void job_no_choices(Job *job);
/* The text of a form's field, cleaned, n_max characters at most, to free(); false when the person has been answered instead. */
bool job_form_text(Job *job, const char *field_name, size_t n_max, char **ret_text);
/*
 * Is the channel of the loaded ticket still there? One GET, a second at most. When it is gone `gone` goes on with the job; else, or when
 * nobody can tell, the person gets a link to it.
 */
void job_look_at_ticket(Job *job, void (*gone)(Job *job));
/* The writer's document, or NULL, which job_accept() understands. Closes the outermost object. */
char *job_args_end(JsonWriter *w);
/* Accepts a flow whose subject is the guild. Closes the outermost object. */
void job_accept_for_guild(Job *job, const Flow *flow, JsonWriter *w);
/* The args of a flow about the loaded ticket, begun with its "tid"; gives the subject that all flows of a ticket have. */
typedef struct Subject { char text[40]; } Subject;
Subject job_ticket_args_begin(Job *job, JsonWriter *w);

/* support.c */
void on_support_press(Job *job);
void on_support_form(Job *job);
void on_resolve_press(Job *job);
void on_resolve_form(Job *job);

/* recruit-open.c */
void on_apply_press(Job *job);

/* recruit-command.c */
void on_set_log_channel(Job *job);
void on_set_retention(Job *job);
void on_set_access_mode(Job *job);
void on_set_nick_sync(Job *job);
void on_set_org(Job *job);
void on_show_org(Job *job);
void on_add_option(Job *job);
void on_remove_option(Job *job);
void on_list_options(Job *job);
void on_qa_list(Job *job);
void on_qa_add(Job *job);
void on_qa_edit(Job *job);
void on_qa_move(Job *job);
void on_qa_remove(Job *job);
void on_qa_reset(Job *job);
void on_qa_reset_sure(Job *job);
void on_remove_member(Job *job);
void on_roles_set(Job *job);
void on_roles_clear(Job *job);
void on_roles_show(Job *job);
void on_autoroles_set(Job *job);
void on_autoroles_show(Job *job);
void suggest_options(Job *job);
void suggest_questions(Job *job);

/* person.c */
void on_erase(Job *job);
void on_erase_sure(Job *job);

/* recruit-decide.c */
void on_approve_press(Job *job);
void on_approve_sure(Job *job);
void on_reject_press(Job *job);
void on_reject_form(Job *job);
void on_close_press(Job *job);
void on_close_sure(Job *job);
void on_finalise_press(Job *job);
void on_finalise_sure(Job *job);

/* recruit-qna.c */
void on_qna_press(Job *job);
void on_qna_form(Job *job);
void on_answers_press(Job *job);
void on_reopen_qna(Job *job);

/* recruit-step1.c */
void on_step1_press(Job *job);
void on_step1_edit_press(Job *job);
void on_step1_fix_press(Job *job);
void on_step1_form(Job *job);
void on_zone_press(Job *job);
void on_zone_form(Job *job);

/* tickets-command.c */
void on_set_targets(Job *job);
void on_show_targets(Job *job);
void on_set_ping(Job *job);
void on_show_ping(Job *job);
void on_set_dm_on_close(Job *job);
void on_post_support_about(Job *job);

/* audit-command.c */
void on_audit(Job *job);

/* doctor-command.c */
void on_doctor(Job *job);

/* ---- timezones.c ------------------------------------------------------------------------------------------------------------------------ */

/*
 * The names of all zones that PostgreSQL knows, read once a process. `done` goes on with the job, now or later; names is NULL where they
 * cannot be had now.
 */
void timezones_with(Job *job, void (*done)(Job *job, const char *const *names, size_t n_names));
Timezones *timezones_free(Timezones *timezones);

/* ---- unasked.c: flows that nobody pressed for ---------------------------------------------------------------------------------------------- */

typedef struct Unasked {
        const Flow *flow;
        GuildId guild;
        UserId user;                    /* 0: nobody */
        TicketId ticket;                /* the subject; 0: it is the guild */
        const char *args;               /* JSON, borrowed; NULL: {"tid":"<ticket>"} */
} Unasked;
/*
 * Stores it, and then runs it.
 *
 * done         NULL, or what calls unasked_accepted() and says what else is to be said
 * idem_format  the key, at most 79 bytes, that makes a repetition harmless
 *
 * -errno when the database cannot be asked now.
 */
int unasked_accept(Worker *worker, const Unasked *unasked, AcceptDone done, const char *idem_format, ...) _printf_(4, 5);
/* userdata: the worker */
void unasked_accepted(int outcome, const Accepted *accepted, void *userdata);

/* ---- world.c: dispatches that are no interactions; upkeep.c: ticks; sweep.c -------------------------------------------------------------- */

void world_event(Worker *worker, const char *event, const char *frame, size_t n_bytes);
/* Starts the flow that closes a ticket whose channel is gone; harmless when repeated. */
void world_channel_gone(Worker *worker, GuildId guild, TicketId ticket, ChannelId channel);

/* ---- members.c: applicants who left or came back -------------------------------------------------------------------------------------------- */

/* Starts the flow (member.left or member.back) that looks at a ticket's applicant; harmless when repeated, and when it is not so. */
void member_news(Worker *worker, const Flow *flow, GuildId guild, TicketId ticket);
/* GUILD_MEMBER_REMOVE and _ADD. */
void member_removed(Worker *worker, const Json *d);
void member_added(Worker *worker, const Json *d);

typedef struct MemberLook {
        GuildId guild;
        TicketId ticket;
        UserId user;                    /* its applicant */
        bool has_left;                  /* as far as we know */
} MemberLook;
/* Is the applicant in the guild? In line with others; what has changed goes its way. */
void members_look(Worker *worker, const MemberLook *look);
Members *members_free(Members *members);

/* ---- guilds.c: guilds that remove us and invite us again -------------------------------------------------------------------------------------- */

/* Starts the flow that closes what is open there; harmless when repeated. */
void guild_removed_us(Worker *worker, GuildId guild);
/* Starts the flow that opens what is still there. channels: the guild's, borrowed */
void guild_has_us_again(Worker *worker, GuildId guild, const Json *channels);
/* GUILD_DELETE, READY. */
void guild_deleted(Worker *worker, const Json *d);
void guilds_listed(Worker *worker, const Json *d);

/* reopen-message.c: "!reopen_qna" in a ticket. d: the message */
void message_reopen_qna(Worker *worker, const Json *d);

/* ---- topics.c: the markers in a ticket's topic --------------------------------------------------------------------------------------------- */

/* Does it have our own overwrite, as every ticket's channel is made with? channel: as Discord describes it. */
bool channel_is_ours(const Worker *worker, const Json *channel);
/* Starts the flow that mends the topic, if it is not as the ticket wants it; harmless when repeated. application: NULL or id 0 of support. */
void topic_compare(Worker *worker, const Ticket *ticket, const Application *application, const Json *channel);
/* CHANNEL_UPDATE. */
void topic_updated(Worker *worker, const Json *d);

/* ---- targets.c: channels and roles that are set, and deleted ------------------------------------------------------------------------------ */

/* A channel or role was deleted; whoever has set it is told. */
void target_deleted(Worker *worker, GuildId guild, uint64_t id);
/* All channels of a guild, and all roles (NULL: not known): what is set and not among them was deleted. Borrowed. */
void targets_compare(Worker *worker, GuildId guild, const Json *channels, const Json *roles);
/* Is there one with this id in an array of channels or roles? */
bool is_listed(const Json *list, uint64_t wanted);

/* ---- lost-ticket.c: a ticket that only its channel knows --------------------------------------------------------------------------------- */

/* Starts the flow that rebuilds it; harmless when repeated, and when it cannot be. topic: as the channel has it; guild_no: in its name, 0: none */
void lost_ticket_found(Worker *worker, GuildId guild, ChannelId channel, const Topic *topic, int guild_no);

void upkeep_tick(Worker *worker, uint32_t what);

/* Compares tickets with channels, guild by guild. One sweep at a time. */
void sweep_start(Worker *worker);
Sweep *sweep_free(Sweep *sweep);
/* One guild, whose channels are already known. channels: JSON array of channel objects, borrowed. looks: at the applicants too. */
void sweep_guild(Worker *worker, GuildId guild, const Json *channels, bool looks);
