#include "intake.h"

#include "magikal/cleanup.h"

/*
 * The supervisor's whole knowledge of Discord's events: one table. What is not in it is dropped unread.
 */

typedef enum Condition {
        ALWAYS,
        IF_COMMAND,             /* a message that begins with "!" and was not written by a bot */
        IF_ABOUT_US,            /* our own member changed: roles and with them permissions */
} Condition;

typedef struct EventRow {
        const char *event;
        IntakeUse use;
        Condition condition;
} EventRow;

/* clang-format off */
static const EventRow events[] = {
        { "INTERACTION_CREATE",  INTAKE_JOB,  ALWAYS      },
        { "MESSAGE_CREATE",      INTAKE_JOB,  IF_COMMAND  },
        { "READY",               INTAKE_TELL, ALWAYS      },
        { "GUILD_CREATE",        INTAKE_TELL, ALWAYS      },
        { "GUILD_UPDATE",        INTAKE_TELL, ALWAYS      },
        { "GUILD_DELETE",        INTAKE_TELL, ALWAYS      },
        { "CHANNEL_DELETE",      INTAKE_TELL, ALWAYS      },
        { "CHANNEL_UPDATE",      INTAKE_TELL, ALWAYS      },
        { "GUILD_ROLE_UPDATE",   INTAKE_TELL, ALWAYS      },
        { "GUILD_ROLE_DELETE",   INTAKE_TELL, ALWAYS      },
        { "GUILD_MEMBER_UPDATE", INTAKE_TELL, IF_ABOUT_US },
        { "GUILD_MEMBER_REMOVE", INTAKE_TELL, ALWAYS      },
        { "GUILD_MEMBER_ADD",    INTAKE_TELL, ALWAYS      },
        { "MESSAGE_DELETE",      INTAKE_TELL, ALWAYS      },
        { "MESSAGE_DELETE_BULK", INTAKE_TELL, ALWAYS      },
};
/* clang-format on */

static bool is_command(const GatewayDispatch *dispatch) {
        static const char *const keys[] = { "content", "author" };
        static const char *const author_keys[] = { "bot" };
        SkimValue values[ELEMENTSOF(keys)], is_bot;

        if (skim_object(dispatch->data.text, dispatch->data.n_bytes, keys, values, ELEMENTSOF(keys)) < 0)
                return false;
        if (!skim_begins_with(&values[0], "!") || values[1].type != SKIM_OBJECT)
                return false;
        if (skim_object(values[1].text, values[1].n_bytes, author_keys, &is_bot, 1) < 0)
                return false;
        return !skim_is_true(&is_bot);
}

static bool is_about_us(const GatewayDispatch *dispatch, UserId bot_user) {
        static const char *const keys[] = { "user" };
        static const char *const user_keys[] = { "id" };
        SkimValue user, id;
        uint64_t value;

        if (bot_user.v == 0)
                return false;
        if (skim_object(dispatch->data.text, dispatch->data.n_bytes, keys, &user, 1) < 0 || user.type != SKIM_OBJECT)
                return false;
        if (skim_object(user.text, user.n_bytes, user_keys, &id, 1) < 0 || skim_to_u64(&id, &value) < 0)
                return false;
        return value == bot_user.v;
}

IntakeUse intake_use(const GatewayDispatch *dispatch, UserId bot_user) {
        for (size_t i = 0; i < ELEMENTSOF(events); i++) {
                if (!streq(events[i].event, dispatch->event))
                        continue;
                switch (events[i].condition) {
                case ALWAYS:
                        return events[i].use;
                case IF_COMMAND:
                        return is_command(dispatch) ? events[i].use : INTAKE_DROP;
                case IF_ABOUT_US:
                        return is_about_us(dispatch, bot_user) ? events[i].use : INTAKE_DROP;
                }
        }
        return INTAKE_DROP;
}
