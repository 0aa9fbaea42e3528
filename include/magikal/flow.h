#pragma once

/*
 * What a flow is: a table of steps and a few pure functions. The engine does all input and output, all durability and all retrying;
 * a step builds one request from rows and reads one reply.
 *
 * Names of flows and steps are stored in the database: they are data. A table that changes order or meaning gets a new version.
 */

#include "magikal/rest.h"
#include "magikal/rsi.h"
#include "magikal/store.h"

#define FLOW_STEPS_MAX 14
#define FLOW_HINTS_MAX 3        /* a ticket's message and topic, and the record */
#define FLOW_MARKER_CHARS 24    /* a nonce has at most 25 characters (Discord reference, "Create Message") */

typedef struct Flow Flow;

/* What the engine gives to every function of a flow. All of it is borrowed until the function returns. */
typedef struct FlowEnv {
        const Keys *keys;
        ApplicationId application;
        UserId bot_user;
        int open_cooldown_s, opens_per_day;     /* settings of the installation */
        Usec edit_quiet, edit_max;
} FlowEnv;

typedef struct StepContext {
        const FlowEnv *env;
        FlowId flow;
        const Flow *definition;         /* its table */
        GuildId guild;
        Pseudonym actor;
        UserId actor_user;              /* 0: nobody, or erased since */
        const char *subject;
        const Json *args;               /* what the flow was accepted with */
        int step_no;
        const char *marker;             /* nonce of this step */
        Usec first_sent_at;             /* database clock; when the step's request may have left first */
        const Facts *facts;
        const Json *cursor;             /* kept by STEP_AGAIN; NULL: none yet */
        const Json *const *results;     /* of the steps, by number; NULL: not done */
} StepContext;

/* One request. Zero-initialised; `body` is malloced and becomes the engine's. */
typedef struct StepRequest {
        RouteId route;
        uint64_t ids[3];
        char query[96];
        char audit_reason[96];
        char *body;
} StepRequest;

typedef struct StepReply {
        int outcome;                    /* 0, or a RestOutcome that the step tolerates; of STEP_WAIT see there */
        int code;                       /* Discord's error code */
        uint64_t id;                    /* of the made or found object; 0: none */
        const Json *body;               /* NULL when the effect was found by the probe, or the step was skipped. Of STEP_RSI what keep() made */
        bool is_skipped;
} StepReply;

/* Where a step's writes go: one transaction with the checkpoint. */
typedef struct Checkpoint {
        Batch *batch;
        char *result;                   /* JSON, malloced; NULL: the engine writes {"id":…}. Ids of channels and messages only */
        const char *event, *sentence;   /* for the log once it is committed, "ticket.opened"; static. NULL: nothing worth a line */
        const char *why;                /* with STEP_TURN: a word that words() understands; static */
        Usec again_after;               /* with STEP_AGAIN: at the earliest, seconds at most; 0: at once */
        int n_hints;                    /* edits that were wanted: the editor is told of them after the commit */
        struct { ChannelId channel; MessageId message; } hints[FLOW_HINTS_MAX];
} Checkpoint;

/* Answers of build and apply (> 0); 0 is "go on". */
enum {
        STEP_SKIP = 1,                  /* build: nothing to do; the step is done */
        STEP_AGAIN,                     /* apply: the same step once more; its cursor is checkpoint->result. Only where repeats are harmless */
        STEP_TURN,                      /* apply, build: cannot be; take back what was done, say checkpoint->why */
};

typedef enum StepKind {
        STEP_DB,                        /* no request; apply only */
        STEP_REST,                      /* one request to Discord */
        STEP_WAIT,                      /* no request: waits until the editor has written what is wanted of a message */
        STEP_RSI,                       /* one look-up at RSI; that it failed is a result too, never a failed flow */
} StepKind;

/* How to find an effect that may have happened already. */
typedef struct StepProbe {
        int (*build)(const StepContext *c, StepRequest *ret);   /* a read; STEP_SKIP: nothing to look for */
        uint64_t (*match)(const StepContext *c, const Json *body);      /* id of the effect, 0: not there */
        bool is_nonce_enough;           /* the request carries an enforced nonce: within 60 s of the first send it is just sent again */
} StepProbe;

/* How a finished step is taken back. Requests of an undo must be harmless when repeated; of a step that was skipped none is asked for. */
typedef struct StepUndo {
        int (*build)(const StepContext *c, StepRequest *ret);   /* NULL: no request */
        int (*apply)(const StepContext *c, Checkpoint *checkpoint);     /* NULL: no writes */
} StepUndo;

#define TOLERATES(outcome) (1u << (outcome))

typedef struct Step {
        const char *name;
        StepKind kind;
        int (*build)(const StepContext *c, StepRequest *ret);
        const StepProbe *probe;         /* NULL: the request may be repeated, its build says why */
        int (*apply)(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint);     /* NULL: nothing to write */
        const StepUndo *undo;           /* NULL: nothing to take back */
        unsigned tolerates;             /* TOLERATES() bits: outcomes that apply is told of instead of turning the flow */
        uint64_t needs;                 /* permissions that Discord asks of us for this request; for the words when it refuses */
        ChannelId (*where)(const StepContext *c);       /* the channel they are needed in; NULL: the guild */
        /*
         * Not NULL: what was done so far stays when a permission is missing, and the flow waits for it. The writes remember what is waited
         * for; words() is told WHY_FORBIDDEN. Looked at every five minutes, and when roles or channels of the guild change.
         */
        int (*waits)(const StepContext *c, Checkpoint *checkpoint);
        /*
         * STEP_WAIT: which message is waited for (0: the topic); STEP_SKIP: none. What is wanted of it when the step begins is waited for, no
         * matter who wanted it. apply is told 0 (written, or nothing was wanted), REST_GONE (the message is gone) or REST_FORBIDDEN (the
         * editor may not write it). After five minutes the flow goes back to the queue to wait again later; with TOLERATES(REST_LATER)
         * apply is told that instead.
         */
        int (*wait)(const StepContext *c, ChannelId *ret_channel, MessageId *ret_message);
        /* STEP_RSI: what is looked up; STEP_SKIP: nothing. It reads, so it is repeated after a crash, and needs no intent. */
        int (*ask)(const StepContext *c, RsiQuery *ret);
        /* STEP_RSI: the answer as JSON, which is what apply gets as reply->body. 0 or -ENOMEM. */
        int (*keep)(const RsiAnswer *answer, Json **ret_kept);
} Step;

struct Flow {
        const char *name;
        int version;
        FactsScope scope;               /* FACTS_RECRUIT: facts->recruit is there for every function of this flow */
        int ttl_s;                      /* a person waits that long; 0: clean-up, until done */
        const Step *steps;
        int n_steps;
        int words_before;               /* the good news is said before this step; n_steps: at the end */
        /* The last words in @original, as the body of a message edit. why: NULL, or why the flow was taken back. */
        int (*words)(const StepContext *c, const char *why, char **ret_body);
};

/* Reasons the engine itself gives to words(); others are constraint names and what steps put in checkpoint->why. */
#define WHY_DEADLINE "deadline"                 /* Discord or the database did not let it happen in time */
#define WHY_FORBIDDEN "forbidden"               /* the bot lacks a permission */
#define WHY_GUILD_FULL "guild_full"             /* 500 channels */
#define WHY_CATEGORY_FULL "category_full"       /* 50 channels */
#define WHY_MEMBER_GONE "member_gone"           /* the person is not in the guild */
#define WHY_ROLE_GONE "role_gone"               /* the role has been deleted */
#define WHY_GONE "gone"                         /* what it concerns does not exist any more */
#define WHY_REFUSED "refused"                   /* Discord said no for another reason */

/* What a step of this flow left, by the step's name; NULL when it is not done, or there is none of that name. */
const Json *flow_result(const StepContext *c, const char *step);
/* id of its effect; 0 when it made none. */
uint64_t flow_result_id(const StepContext *c, const char *step);
