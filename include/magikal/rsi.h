#pragma once

/*
 * What robertsspaceindustries.com says in public about a person or an organisation. There are three results, never two: found, absent
 * (the site answered 404, nothing else counts) and unknown (everything else, with the reason). Unknown must never replace something
 * known, nor be shown as "does not exist". The site has no published interface: these are its pages, read by the labels people see.
 *
 * Every text that comes out of here is valid UTF-8, cleaned (text-clean.h), on one line but for the biography, and no longer than its
 * limit below. Markdown and mentions in it are text/'s matter.
 */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "magikal/cleanup.h"
#include "magikal/clock.h"
#include "magikal/handle.h"

/* Characters (code points). The site's own limits are not published; these leave room above everything seen. */
#define RSI_SID_MAX 32                  /* ASCII only */
#define RSI_NAME_MAX 128                /* display name, organisation, rank, title, archetype, focus */
#define RSI_LINE_MAX 256                /* location, fluency */
#define RSI_BIO_MAX 4000
#define RSI_URL_MAX 512
#define RSI_ORGS_MAX 32                 /* organisations of one person that are looked at */
#define RSI_STARS_MAX 5
#define RSI_PAGE_MAX (1U << 20)         /* bytes of a page; real ones have tens of kB */

typedef enum RsiResult {
        RSI_FOUND,
        RSI_ABSENT,             /* 404: there is no such handle or organisation */
        RSI_UNKNOWN,            /* the site did not tell; see RsiReason */
} RsiResult;

/* Why the result is unknown. name: for logs and the database. */
#define RSI_REASONS(X)                                                                                         \
        X(NONE,        "none")          /* it is not unknown */                                                \
        X(OFF,         "off")           /* look-ups are switched off in the settings */                        \
        X(BUSY,        "busy")          /* too many look-ups; ask again after `wait` */                        \
        X(HELD_BACK,   "held-back")     /* the site fails; nothing is asked until `wait` is over */            \
        X(UNREACHABLE, "unreachable")   /* no connection, or it broke */                                       \
        X(TIMEOUT,     "timeout")                                                                              \
        X(BLOCKED,     "blocked")       /* 403: the site's firewall */                                         \
        X(LIMITED,     "limited")       /* 429 */                                                              \
        X(SERVER,      "server-error")  /* 5xx */                                                              \
        X(STATUS,      "status")        /* any other HTTP status */                                            \
        X(ELSEWHERE,   "elsewhere")     /* a redirect to another host, or too many */                          \
        X(TOO_LONG,    "too-long")      /* more than RSI_PAGE_MAX */                                           \
        X(LOGIN,       "login")         /* a page that wants a password instead of the one asked for */        \
        X(MARKUP,      "markup")        /* the page lacks what we know it by: its structure has changed */     \
        X(OTHER,       "other")         /* the page is about somebody else */                                  \
        X(REFUSED,     "refused")       /* the site's interface says no */                                     \
        X(MEMORY,      "memory")        /* ours is used up */

typedef enum RsiReason {
#define RSI_REASON_ID(id, name) RSI_##id##_REASON,
        RSI_REASONS(RSI_REASON_ID)
#undef RSI_REASON_ID
        _RSI_REASON_MAX
} RsiReason;

const char *rsi_reason_to_string(RsiReason reason);

/* ---- what the pages tell ------------------------------------------------------------------------------------------------ */

/* How a membership is shown. The person decides: a redacted one has no name, a hidden one is often not there at all. */
typedef enum RsiVisibility {
        RSI_NOT_SAID,           /* the page does not tell */
        RSI_NO_ORG,
        RSI_VISIBLE,
        RSI_REDACTED,
        RSI_HIDDEN,
} RsiVisibility;

typedef struct RsiOrg {
        RsiVisibility visibility;
        bool is_main;           /* else an affiliation */
        char sid[RSI_SID_MAX + 1];      /* upper case; "" unless VISIBLE */
        char *name, *rank;      /* NULL when not told */
        int n_stars;            /* 0 to RSI_STARS_MAX */
} RsiOrg;

/* A dossier: /citizens/<handle> */
typedef struct RsiCitizen {
        char handle[HANDLE_MAX + 1];    /* as the site spells it */
        char *display_name;     /* never NULL: the handle when nothing of the name can be shown */
        uint64_t record;        /* number of the citizen record, which stays when a handle changes; 0: the account never enlisted */
        char enlisted[11];      /* "2021-02-17", or "" */
        char *title;            /* e.g. "Civilian"; these are NULL when not told */
        char *location, *fluency;
        char *avatar_url;       /* https on a host of RSI's; NULL also for the picture of those who have none */
        char *website;          /* http or https, whatever the person typed */
        char *bio;
        RsiOrg main_org;        /* visibility RSI_NO_ORG: has none, as far as the public knows */
} RsiCitizen;

/* /citizens/<handle>/organizations: main organisation and affiliations, redacted ones included; may be empty. */
typedef struct RsiOrgList {
        size_t n_orgs;
        RsiOrg orgs[RSI_ORGS_MAX];
} RsiOrgList;

/* /orgs/<SID> */
typedef struct RsiOrgPage {
        char sid[RSI_SID_MAX + 1];
        char *name;
        int64_t n_members;      /* -1: not told */
        char *archetype, *primary_focus, *secondary_focus;      /* NULL when not told */
        char *logo_url;         /* as avatar_url */
} RsiOrgPage;

/*
 * What an organisation's public list of members says of one handle. Being listed is proof of membership; not being listed proves
 * nothing, because redacted members have no name there and hidden ones are missing.
 */
typedef struct RsiMembership {
        bool is_listed;
        bool is_affiliate;      /* else it is the person's main organisation */
        char *rank;             /* NULL when not told */
        int n_stars;
} RsiMembership;

RsiCitizen *rsi_citizen_free(RsiCitizen *citizen);
RsiOrgList *rsi_org_list_free(RsiOrgList *list);
RsiOrgPage *rsi_org_page_free(RsiOrgPage *page);
RsiMembership *rsi_membership_free(RsiMembership *membership);
DEFINE_CLEANUP(RsiCitizen *, rsi_citizen_free)
DEFINE_CLEANUP(RsiOrgList *, rsi_org_list_free)
DEFINE_CLEANUP(RsiOrgPage *, rsi_org_page_free)
DEFINE_CLEANUP(RsiMembership *, rsi_membership_free)

/* ---- what people type ----------------------------------------------------------------------------------------------------- */

/*
 * An organisation's SID, or the address of its page that it is cut out of, in all the forms that handle_read() knows; the result is upper
 * case. White space around it is ignored. 0, or -EINVAL: 1 to 32 of A-Z a-z 0-9 _ - is what the site takes.
 */
int rsi_sid_from_text(const char *text, char ret_sid[static RSI_SID_MAX + 1]);

/* ---- the parsers: pure, bytes in, struct out ----------------------------------------------------------------------------- */

/*
 * html     what came with status 200: any bytes; more than RSI_PAGE_MAX is RSI_TOO_LONG_REASON
 * handle   who was asked for; a page about anybody else is RSI_OTHER_REASON
 * sid      the same of an organisation
 *
 * RSI_FOUND and the struct; RSI_UNKNOWN and the reason; -ENOMEM. Never RSI_ABSENT: no page says that, only the status 404 does.
 */
int rsi_citizen_parse(const char *html, size_t n_bytes, const char *handle, RsiCitizen **ret_citizen, RsiReason *ret_reason);
int rsi_org_list_parse(const char *html, size_t n_bytes, RsiOrgList **ret_list, RsiReason *ret_reason);
int rsi_org_page_parse(const char *html, size_t n_bytes, const char *sid, RsiOrgPage **ret_page, RsiReason *ret_reason);
/* The JSON that POST /api/orgs/getOrgMembers answers with. */
int rsi_membership_parse(const char *json, size_t n_bytes, const char *handle, RsiMembership **ret_membership, RsiReason *ret_reason);

/* ---- asking the site ------------------------------------------------------------------------------------------------------- */

typedef struct Rsi Rsi;

typedef struct RsiConfig {
        const char *base_url;           /* "https://robertsspaceindustries.com"; http only for loopback */
        const char *ca_file;            /* NULL: the system's */
        int timeout_ms;                 /* from rsi_ask() to `done`, waiting and redirects included */
        int requests_per_minute;        /* of this process; 30 for the whole bot is what others have found polite. 1 to 60 */
        bool is_off;                    /* answers everything with RSI_OFF_REASON */
} RsiConfig;

typedef enum RsiKind {
        RSI_CITIZEN,                    /* handle */
        RSI_ORG_LIST,                   /* handle */
        RSI_ORG_PAGE,                   /* sid */
        RSI_MEMBERSHIP,                 /* handle and sid */
        _RSI_KIND_MAX
} RsiKind;

typedef struct RsiQuery {
        RsiKind kind;
        const char *handle, *sid;       /* copied; as handle_read() and rsi_sid_from_text() take them */
        bool is_fresh;                  /* asks the site although the answer may be known: does it answer? */
} RsiQuery;

/* Everything is borrowed until `done` returns. */
typedef struct RsiAnswer {
        RsiResult result;
        RsiReason reason;               /* with RSI_UNKNOWN */
        int status;                     /* last HTTP status, 0: none */
        bool is_cached;
        Usec wait;                      /* with RSI_UNKNOWN: not worth asking again before; 0: no idea */
        /* with RSI_FOUND the one that was asked for, else NULL */
        const RsiCitizen *citizen;
        const RsiOrgList *org_list;
        const RsiOrgPage *org_page;
        const RsiMembership *membership;
} RsiAnswer;

typedef void (*RsiDone)(const RsiAnswer *answer, void *userdata);

/* 0, -EINVAL (base_url or numbers), -ENOMEM, or what sd-event says. */
int rsi_new(sd_event *event, const RsiConfig *config, Rsi **ret_rsi);
Rsi *rsi_free(Rsi *rsi);                /* look-ups in flight are dropped without their `done`; not to be called inside one */
DEFINE_CLEANUP(Rsi *, rsi_free)

/*
 * One look-up; `done` is called exactly once, later, from the event loop (never from inside this call), at most timeout_ms from now.
 * Does not block. Found pages are kept for an hour, absent ones for five minutes, "not listed" for half a minute; look-ups of the same
 * thing share one request. Nothing is retried. After five failures in a row nothing is asked for 5 s, doubling to 10 min; after a 429 for
 * as long as it says.
 *
 * Returns 0, -EINVAL (no valid handle or SID where the kind needs one), -ENOMEM.
 */
int rsi_ask(Rsi *rsi, const RsiQuery *query, RsiDone done, void *userdata);
int rsi_n_in_flight(const Rsi *rsi);    /* look-ups whose `done` is still to come */
