/*
 * The life of a ticket.
 *
 *      opening ──opened──▶ open ──close──▶ closing ──closed──▶ closed
 *         │                 │ ◀──reopen──────┘ │                  ▲
 *         ├──failed──▶ failed                  └──────────────────┤
 *         └──────────────vanished (also from open)────────────────┘
 */

#include "magikal/ticket.h"

#include <errno.h>

#include "magikal/cleanup.h"

#define NEVER (-1)

/* clang-format off */
static const int next_state[][_TICKET_EVENT_MAX] = {
        /*                   OPENED        FAILED         CLOSE           REOPEN       CLOSED         VANISHED       */
        [TICKET_OPENING] = { TICKET_OPEN,  TICKET_FAILED, NEVER,          NEVER,       NEVER,         TICKET_CLOSED },
        [TICKET_OPEN]    = { NEVER,        NEVER,         TICKET_CLOSING, NEVER,       NEVER,         TICKET_CLOSED },
        [TICKET_CLOSING] = { NEVER,        NEVER,         NEVER,          TICKET_OPEN, TICKET_CLOSED, TICKET_CLOSED },
        [TICKET_CLOSED]  = { NEVER,        NEVER,         NEVER,          NEVER,       NEVER,         NEVER         },
        [TICKET_FAILED]  = { NEVER,        NEVER,         NEVER,          NEVER,       NEVER,         NEVER         },
};
/* clang-format on */

static const char *const state_names[] = {
        [TICKET_OPENING] = "opening", [TICKET_OPEN] = "open",     [TICKET_CLOSING] = "closing",
        [TICKET_CLOSED] = "closed",   [TICKET_FAILED] = "failed",
};

static const char *const kind_names[] = { [TICKET_SUPPORT] = "support", [TICKET_RECRUITMENT] = "recruitment" };

bool ticket_may(TicketState state, TicketEvent event, TicketState *ret_next) {
        if ((unsigned) state >= ELEMENTSOF(next_state) || (unsigned) event >= _TICKET_EVENT_MAX ||
            next_state[state][event] == NEVER)
                return false;
        if (ret_next)
                *ret_next = (TicketState) next_state[state][event];
        return true;
}

bool ticket_is_live(TicketState state) {
        return ticket_may(state, TICKET_EVENT_VANISHED, NULL);
}

int ticket_judge(const Ticket *ticket, TicketEvent event) {
        if (ticket->id.v == 0)
                return TICKET_NONE;
        if (ticket_may(ticket->state, event, NULL))
                return 0;
        switch (ticket->state) {
        case TICKET_OPENING:
        case TICKET_OPEN:
                return TICKET_NOT_YET;
        case TICKET_CLOSING:
                return TICKET_BEING_CLOSED;
        case TICKET_CLOSED:
                return TICKET_IS_CLOSED;
        case TICKET_FAILED:
                break;
        }
        return TICKET_NONE;
}

static int find_name(const char *const *list, size_t n, const char *text) {
        for (size_t i = 0; i < n; i++)
                if (streq(list[i], text))
                        return (int) i;
        return -EINVAL;
}

const char *ticket_kind_to_string(TicketKind kind) {
        return (unsigned) kind < ELEMENTSOF(kind_names) ? kind_names[kind] : NULL;
}

int ticket_kind_from_string(const char *text, TicketKind *ret) {
        int r = find_name(kind_names, ELEMENTSOF(kind_names), text);

        if (r < 0)
                return r;
        *ret = (TicketKind) r;
        return 0;
}

const char *ticket_state_to_string(TicketState state) {
        return (unsigned) state < ELEMENTSOF(state_names) ? state_names[state] : NULL;
}

int ticket_state_from_string(const char *text, TicketState *ret) {
        int r = find_name(state_names, ELEMENTSOF(state_names), text);

        if (r < 0)
                return r;
        *ret = (TicketState) r;
        return 0;
}
