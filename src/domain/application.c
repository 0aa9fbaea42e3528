/*
 * The life of an application. The ticket has a life of its own (ticket.c): closing it changes no status, and what is decided stays decided
 * when the channel is gone.
 *
 *      draft ──step 1──▶ pending ──Q&A──▶ Q&A received
 *                           ├────────────────┤
 *                           ▼                ▼
 *                        declined         approved ──finalise──▶ finalised
 *                                            └──remove──▶ removed ◀──┘
 *
 * A status never goes back: Q&A that staff ask for again, or that comes after the approval, adds answers and leaves the status alone.
 */

#include "magikal/application.h"

#include <errno.h>

#include "magikal/cleanup.h"

/* Shorthand of the table below: a status to go to, or minus the verdict. */
enum {
        DRAFT = APPLICATION_DRAFT,
        PENDG = APPLICATION_PENDING,
        ANSWD = APPLICATION_QNA_RECEIVED,
        APPRV = APPLICATION_APPROVED,
        DECLI = APPLICATION_DECLINED,
        FINAL = APPLICATION_FINALISED,
        REMOV = APPLICATION_REMOVED,
        no_s1 = -APPLICATION_NO_STEP1,
        hasS1 = -APPLICATION_HAS_STEP1,
        notap = -APPLICATION_NOT_APPROVED,
        decid = -APPLICATION_DECIDED,
        isfin = -APPLICATION_IS_FINALISED,
        isrem = -APPLICATION_IS_REMOVED,
};

/* clang-format off */
static const signed char table[_APPLICATION_STATUS_MAX][_APPLICATION_ACTION_MAX] = {
        /*                             STEP1  EDIT   QNA    REOPEN APPROV REJECT CLOSE  FINAL  REMOVE LEFT   BACK   GONE  */
        [APPLICATION_DRAFT]        = { PENDG, no_s1, no_s1, no_s1, no_s1, no_s1, DRAFT, notap, notap, DRAFT, DRAFT, DRAFT },
        [APPLICATION_PENDING]      = { hasS1, PENDG, ANSWD, PENDG, APPRV, DECLI, PENDG, notap, notap, PENDG, PENDG, PENDG },
        [APPLICATION_QNA_RECEIVED] = { hasS1, ANSWD, ANSWD, ANSWD, APPRV, DECLI, ANSWD, notap, notap, ANSWD, ANSWD, ANSWD },
        [APPLICATION_APPROVED]     = { decid, decid, APPRV, APPRV, decid, decid, APPRV, FINAL, REMOV, APPRV, APPRV, APPRV },
        [APPLICATION_DECLINED]     = { decid, decid, decid, decid, decid, decid, decid, decid, notap, decid, decid, DECLI },
        [APPLICATION_FINALISED]    = { isfin, isfin, isfin, isfin, isfin, isfin, isfin, isfin, REMOV, isfin, isfin, FINAL },
        [APPLICATION_REMOVED]      = { isrem, isrem, isrem, isrem, isrem, isrem, REMOV, isrem, isrem, isrem, isrem, REMOV },
};

static const struct {
        const char *name;
        TextId text;
        uint32_t color;
} statuses[_APPLICATION_STATUS_MAX] = {
        [APPLICATION_DRAFT]        = { "draft",        TEXT_STATUS_DRAFT,        0x99AAB5 },    /* light grey */
        [APPLICATION_PENDING]      = { "pending",      TEXT_STATUS_PENDING,      0xF1C40F },    /* yellow */
        [APPLICATION_QNA_RECEIVED] = { "qna_received", TEXT_STATUS_QNA_RECEIVED, 0x3498DB },    /* blue */
        [APPLICATION_APPROVED]     = { "approved",     TEXT_STATUS_APPROVED,     0x2ECC71 },    /* green */
        [APPLICATION_DECLINED]     = { "declined",     TEXT_STATUS_DECLINED,     0xE74C3C },    /* red */
        [APPLICATION_FINALISED]    = { "finalised",    TEXT_STATUS_FINALISED,    0x1F8B4C },    /* dark green */
        [APPLICATION_REMOVED]      = { "removed",      TEXT_STATUS_REMOVED,      0x607D8B },    /* dark grey */
};

static const TextId verdicts[] = {
        [APPLICATION_NONE]         = TEXT_APPLICATION_NONE,
        [APPLICATION_NO_STEP1]     = TEXT_APPLICATION_NO_STEP1,
        [APPLICATION_HAS_STEP1]    = TEXT_APPLICATION_HAS_STEP1,
        [APPLICATION_NO_QUESTIONS] = TEXT_APPLICATION_NO_QUESTIONS,
        [APPLICATION_NOT_APPROVED] = TEXT_APPLICATION_NOT_APPROVED,
        [APPLICATION_DECIDED]      = TEXT_APPLICATION_DECIDED,
        [APPLICATION_IS_CLOSED]    = TEXT_APPLICATION_IS_CLOSED,
        [APPLICATION_IS_FINALISED] = TEXT_APPLICATION_IS_FINALISED,
        [APPLICATION_IS_REMOVED]   = TEXT_APPLICATION_IS_REMOVED,
};
/* clang-format on */

static const char *const role_names[] = { [REQUESTED_MEMBER] = "member", [REQUESTED_AFFILIATE] = "affiliate" };

/* The table's cell; numbers that are none are refused. */
static int look_up(ApplicationStatus status, ApplicationAction action) {
        if ((unsigned) status >= _APPLICATION_STATUS_MAX || (unsigned) action >= _APPLICATION_ACTION_MAX)
                return -APPLICATION_NONE;
        return table[status][action];
}

bool application_may(ApplicationStatus status, ApplicationAction action, ApplicationStatus *ret_next) {
        int next = look_up(status, action);

        if (next < 0)
                return false;
        if (ret_next)
                *ret_next = (ApplicationStatus) next;
        return true;
}

int application_judge(const Application *application, ApplicationAction action) {
        int next;

        if (application->id.v == 0)
                return APPLICATION_NONE;
        next = look_up(application->status, action);
        if (next < 0)
                return -next;
        if (application->is_closed_undecided && action != APPLICATION_CHANNEL_GONE)
                return APPLICATION_IS_CLOSED;
        if (action == APPLICATION_QNA && !application->is_qna_open)
                return APPLICATION_NO_QUESTIONS;
        return 0;
}

TextId application_verdict_text(int verdict) {
        return verdict >= APPLICATION_NONE && (size_t) verdict < ELEMENTSOF(verdicts) ? verdicts[verdict] : TEXT_APPLICATION_NONE;
}

bool application_is_decision(ApplicationAction action) {
        return action == APPLICATION_APPROVE || action == APPLICATION_REJECT || action == APPLICATION_FINALISE;
}

bool application_must_confirm(const Application *application, ApplicationAction action) {
        return action == APPLICATION_CLOSE || action == APPLICATION_FINALISE ||
               (action == APPLICATION_APPROVE && application->status == APPLICATION_PENDING);
}

TextId application_status_text(ApplicationStatus status) {
        return statuses[(unsigned) status < _APPLICATION_STATUS_MAX ? status : APPLICATION_DRAFT].text;
}

uint32_t application_status_color(ApplicationStatus status) {
        return statuses[(unsigned) status < _APPLICATION_STATUS_MAX ? status : APPLICATION_DRAFT].color;
}

const char *application_status_to_string(ApplicationStatus status) {
        return (unsigned) status < _APPLICATION_STATUS_MAX ? statuses[status].name : NULL;
}

int application_status_from_string(const char *text, ApplicationStatus *ret) {
        for (int i = 0; i < _APPLICATION_STATUS_MAX; i++)
                if (streq(statuses[i].name, text)) {
                        *ret = (ApplicationStatus) i;
                        return 0;
                }
        return -EINVAL;
}

const char *requested_role_to_string(RequestedRole role) {
        return (unsigned) role < ELEMENTSOF(role_names) ? role_names[role] : NULL;
}

TextId requested_role_text(RequestedRole role) {
        return role == REQUESTED_AFFILIATE ? TEXT_RECRUIT_AFFILIATE : TEXT_RECRUIT_MEMBER;
}

int requested_role_from_string(const char *text, RequestedRole *ret) {
        for (int i = REQUESTED_MEMBER; i <= REQUESTED_AFFILIATE; i++)
                if (streq(role_names[i], text)) {
                        *ret = (RequestedRole) i;
                        return 0;
                }
        return -EINVAL;
}
