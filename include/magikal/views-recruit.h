#pragma once

/*
 * Struct → JSON: what people see of recruitment. Pure; outcomes, "message" and "data" as in views.h. Where nonce may be NULL, NULL gives
 * the body of an edit: PATCH …/messages/{message}.
 */

#include <stdbool.h>

#include "magikal/application.h"
#include "magikal/custom-id.h"
#include "magikal/keys.h"
#include "magikal/policy.h"
#include "magikal/question.h"
#include "magikal/recruit-settings.h"
#include "magikal/text.h"
#include "magikal/ticket.h"
#include "magikal/timezone.h"

/* Controls, as custom_id_read() gives them. The id is the ticket's unless another is named. */
#define CONTROL_RECRUIT_OPEN "ro"               /* button on the panel; id 0 */
#define CONTROL_RECRUIT_STEP1 "r1"              /* buttons in the ticket */
#define CONTROL_RECRUIT_STEP1_EDIT "r1e"
#define CONTROL_RECRUIT_QNA "rq"
#define CONTROL_RECRUIT_APPROVE "ra"
#define CONTROL_RECRUIT_REJECT "rr"
#define CONTROL_RECRUIT_FINALISE "rf"
#define CONTROL_RECRUIT_CLOSE "rc"
#define CONTROL_RECRUIT_STEP1_FORM "r1f"        /* modals */
#define CONTROL_RECRUIT_ZONE_FORM "rzf"
#define CONTROL_RECRUIT_REJECT_FORM "rrf"
#define CONTROL_RECRUIT_QNA_FORM "rqf"          /* ids: ticket, page */
#define CONTROL_RECRUIT_STEP1_FIX "r1x"         /* buttons below a sentence to one person: see RecruitAsk */
#define CONTROL_RECRUIT_ZONE "rz"
#define CONTROL_RECRUIT_QNA_PAGE "rqn"          /* ids: ticket, page that the press opens */
#define CONTROL_RECRUIT_APPROVE_SURE "ray"
#define CONTROL_RECRUIT_FINALISE_SURE "rfy"
#define CONTROL_RECRUIT_CLOSE_SURE "rcy"
#define CONTROL_QUESTIONS_RESET_SURE "qry"      /* id 0 */
#define CONTROL_RECRUIT_ANSWERS "rs"            /* button on the record, and between pages; ids: ticket, page */

#define CONTROL_PERSON_ERASE_SURE "pey"         /* id: the user's */

/* Inputs of the modals. */
#define FIELD_ROLE "f.role"                     /* requested_role_to_string() */
#define FIELD_AREA "f.area"                     /* the name of an option */
#define FIELD_ZONE "f.zone"                     /* a zone of the menu, or ZONE_NOT_LISTED */
#define FIELD_HANDLE "f.handle"
#define FIELD_NOTES "f.notes"
#define FIELD_ZONE_TYPED "f.typed"
#define FIELD_REASON "f.reason"
#define FIELD_ANSWER "f.q%d"                    /* printf format; the question's id */
#define ZONE_NOT_LISTED "other"
#define FIELD_HANDLE_MAX 200    /* a whole address may be pasted */
#define FIELD_ZONE_TYPED_MAX 100
#define FIELD_NOTES_MAX 1000
#define FIELD_REASON_MAX 1000

/* ---- what is shown ------------------------------------------------------------------------------------------------------------ */

typedef enum CitizenResult {
        CITIZEN_NOT_ASKED,              /* the site has not been asked, or not about this handle */
        CITIZEN_FOUND,
        CITIZEN_ABSENT,                 /* there is no such handle */
        CITIZEN_NOT_TOLD,               /* the site did not answer; says nothing about the person */
} CitizenResult;

typedef enum CitizenOrg {
        CITIZEN_ORG_NOT_TOLD,
        CITIZEN_ORG_NONE,               /* no main organisation that the public could see */
        CITIZEN_ORG_NAMED,
        CITIZEN_ORG_CONCEALED,          /* there is one, but the person does not show which */
} CitizenOrg;

/* What RSI publicly says of a handle. Texts are as the site has them, not escaped; NULL or "" where it did not tell. */
typedef struct Citizen {
        CitizenResult result;
        const char *display_name;
        const char *record;             /* "#201886" or "201886"; NULL: the account never enlisted */
        const char *enlisted;           /* "2021-02-17" */
        const char *avatar_url;         /* https */
        CitizenOrg org;
        const char *org_name, *org_sid, *org_rank;
        int n_stars;                    /* 0: none told; 5 at most */
} Citizen;

typedef struct AnswerShown {
        const char *question;           /* the label as staff wrote it, not escaped */
        const char *answer;             /* finished markdown; NULL or blank: not answered */
} AnswerShown;

/* An application with everything that is known around it; all borrowed. */
typedef struct ApplicationShown {
        Lang lang;                      /* of all that is said about it; the answers are in it already */
        const Ticket *ticket;
        const Application *application;
        const Citizen *citizen;         /* NULL: not asked */
        const AnswerShown *answers;     /* in the order of the questions */
        size_t n_answers;
        bool has_offset;                /* the offset of the application's zone is known */
        int offset_s;                   /* seconds east of Greenwich, as its clocks are now */
        UserId finaliser;               /* 0: nobody, or erased */
        Usec finalised_at;              /* 0: not finalised */
} ApplicationShown;

/* ---- messages ------------------------------------------------------------------------------------------------------------------- */

/* The panel. org_url, image_url: https, NULL: none. nonce may be NULL. */
int view_recruit_panel(Lang lang, const Keys *keys, GuildId guild, const char *org_url, const char *image_url, const char *nonce, char **ret_body);

/*
 * The one message of a ticket: welcomes the applicant while the application is a draft, later shows it. It has the buttons of what may be
 * done (application_judge()), none when the ticket is over. Never shows staff's reason, as the applicant reads it. ping 0: no role is called;
 * an edit pings nobody again, but must be given the same role for its mention to stay one. nonce may be NULL.
 */
int view_recruit_ticket(const Keys *keys, const ApplicationShown *shown, RoleId ping, const char *nonce, char **ret_body);
/* Calls the role of the chosen area into the ticket, which edits cannot. */
int view_recruit_area_call(const ApplicationShown *shown, RoleId role, const char *nonce, char **ret_body);
/*
 * The permanent record. What does not fit is cut and says so; then, and only then, it has the button All answers. The footer names ticket
 * and application, by which a lost ticket is found again. nonce may be NULL. Not for a draft: -EINVAL.
 */
int view_record(const Keys *keys, const ApplicationShown *shown, const char *nonce, char **ret_body);
/* In the ticket, to staff who asked by a message: the questions are asked again. Calls the applicant. */
int view_qna_reopened(Lang lang, const Ticket *ticket, const char *nonce, char **ret_body);
/* After the approval, in the ticket: how to apply on RSI, in words for its access mode. Pings the applicant. org_url NULL: none is set. */
int view_rsi_instructions(const ApplicationShown *shown, const char *org_url, const char *nonce, char **ret_body);

/* DMs; guild_name may be NULL. The first never says why. The second stands for the instructions where the channel is hidden. */
int view_declined_dm(Lang lang, const char *guild_name, const char *nonce, char **ret_body);
int view_approved_dm(Lang lang, const char *guild_name, const char *org_url, const char *nonce, char **ret_body);

typedef enum RecruitLog {
        RECRUIT_LOG_OPENED,
        RECRUIT_LOG_APPROVED,
        RECRUIT_LOG_REJECTED,
        RECRUIT_LOG_CLOSED,             /* without a decision */
        RECRUIT_LOG_SHUT,               /* the ticket of one that had been decided */
        RECRUIT_LOG_FINALISED,
        RECRUIT_LOG_REMOVED,
        RECRUIT_LOG_LEFT,               /* the applicant left the guild */
        RECRUIT_LOG_BACK,               /* and came back */
        RECRUIT_LOG_VANISHED,           /* somebody deleted the channel by hand */
        _RECRUIT_LOG_MAX
} RecruitLog;
/* An entry of the action log. by: who did it, 0 for a person that is forgotten; not shown where nobody of ours did it. */
int view_recruit_log(RecruitLog what, const ApplicationShown *shown, UserId by, Usec at, const char *nonce, char **ret_body);

/* ---- forms ------------------------------------------------------------------------------------------------------------------------ */

/* What a form is filled with; NULL and REQUESTED_NONE: empty. */
typedef struct Step1Values {
        RequestedRole requested;
        const char *area, *zone, *handle, *notes;
} Step1Values;

/*
 * Step 1: data of a modal. A zone that the menu lacks is shown below "Not listed", which is then chosen: the form coming back with that
 * choice means that the zone stays. ZONE_NOT_LISTED itself chooses that line too, with nothing that could stay. Of the settings only the options are looked at; there must be one.
 */
int view_step1_modal(Lang lang, const Keys *keys, const Ticket *ticket, const RecruitSettings *settings, const Step1Values *values, char **ret_data);
/* "Type time zone": data of a modal. typed: what was typed last; NULL: nothing. */
int view_zone_modal(Lang lang, const Keys *keys, const Ticket *ticket, const char *typed, char **ret_data);
/* "Reject": data of a modal. */
int view_reject_modal(Lang lang, const Keys *keys, const Ticket *ticket, char **ret_data);

/*
 * One page of the questions: data of a modal.
 *
 * typed    of each question of the page what its input begins with (answer_append_typed(), or a draft); NULL: nothing. NULL: no draft at all
 *
 * -EINVAL when the list has no such page.
 */
int view_qna_modal(Lang lang, const Keys *keys, const Ticket *ticket, const QuestionList *questions, size_t page, const char *const *typed,
                   char **ret_data);

/* ---- to one person ------------------------------------------------------------------------------------------------------------------ */

/* A sentence with a button below it. */
typedef enum RecruitAsk {
        RECRUIT_ASK_STEP1,              /* Fix answers: opens Step 1 as the draft has it */
        RECRUIT_ASK_ZONE,               /* Type time zone */
        RECRUIT_ASK_APPROVE,            /* are you sure? The Q&A is not in */
        RECRUIT_ASK_FINALISE,
        RECRUIT_ASK_CLOSE,
        RECRUIT_ASK_CLOSE_DECIDED,      /* the same control: approved, or removed since */
        _RECRUIT_ASK_MAX
} RecruitAsk;
/*
 * Data. words: finished markdown before the ask's own sentence, NULL or blank: none (the first two have no sentence and need it).
 * is_ephemeral as in view_notice().
 */
int view_recruit_ask(Lang lang, const Keys *keys, const Ticket *ticket, RecruitAsk ask, const char *words, bool is_ephemeral, char **ret_data);

/* After a page of the questions: data. Its answers are kept, and a button opens the next page, which is one of the list's. */
int view_qna_continue(Lang lang, const Keys *keys, const Ticket *ticket, const QuestionList *questions, size_t next_page, bool is_ephemeral,
                      char **ret_data);
/* Answers that do not parse: data with a button that opens the page again. words: each with its reason; finished markdown, not blank. */
int view_qna_fix(Lang lang, const Keys *keys, const Ticket *ticket, size_t page, const char *words, bool is_ephemeral, char **ret_data);

typedef enum MembershipResult {
        MEMBERSHIP_NO_ORG,              /* the guild has set none */
        MEMBERSHIP_MAIN,                /* listed, as main organisation */
        MEMBERSHIP_AFFILIATE,           /* listed, as affiliation */
        MEMBERSHIP_NOT_LISTED,          /* which proves nothing */
        MEMBERSHIP_NOT_TOLD,            /* the site did not answer */
} MembershipResult;
/* What RSI says of the membership, for RECRUIT_ASK_FINALISE; to free(). rank: NULL when not told. */
int view_membership(Lang lang, MembershipResult result, const char *handle, const char *rank, int n_stars, char **ret_text);

/*
 * All answers: data, one page of them with buttons to the pages around it. Notes and answers are whole, over as many pages as it takes; a
 * page beyond the last gives the last.
 */
int view_answers(const Keys *keys, const ApplicationShown *shown, size_t page, bool is_ephemeral, char **ret_data);

/* ---- what is set, to those who set it: data ---------------------------------------------------------------------------------------------- */

int view_options(Lang lang, const RecruitSettings *settings, char **ret_data);
int view_questions(Lang lang, const QuestionList *list, char **ret_data);
int view_org(Lang lang, const RecruitSettings *settings, char **ret_data);
int view_autoroles(Lang lang, const RecruitSettings *settings, char **ret_data);
typedef struct CapableRole { RoleId role; unsigned capabilities; } CapableRole;
int view_capabilities(Lang lang, const CapableRole *roles, size_t n_roles, char **ret_data);
/* "Forget this person?", with its button. n_tickets of theirs, and how many of them are applications. */
int view_ask_erase(Lang lang, const Keys *keys, GuildId guild, UserId person, int n_tickets, int n_applications, char **ret_data);
/* "Ask the default questions again?", with its button. */
int view_ask_reset(Lang lang, const Keys *keys, GuildId guild, char **ret_data);
