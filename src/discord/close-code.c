/* The gateway's close codes as a table. */

#include "close-code.h"

#include "magikal/cleanup.h"

/* clang-format off */
static const CloseCode rows[] = {
        { 0,    CLOSE_RESUME,       "the connection ended without a word" },
        { 1000, CLOSE_RESUME,       "closed normally by Discord" },
        { 1001, CLOSE_RESUME,       "Discord's server is going away" },
        { 4000, CLOSE_RESUME,       "unknown error at Discord" },
        { 4001, CLOSE_RESUME,       "Discord did not know the opcode that was sent" },
        { 4002, CLOSE_RESUME,       "Discord could not decode what was sent" },
        { 4003, CLOSE_NEW_SESSION,  "something was sent before the session was identified" },
        { 4004, CLOSE_FATAL,        "Discord refuses the bot token (close code 4004). Put the application's current token into the credential discord-token." },
        { 4005, CLOSE_NEW_SESSION,  "the session was identified twice" },
        { 4007, CLOSE_NEW_SESSION,  "the sequence number of the resume was not valid" },
        { 4008, CLOSE_RESUME_LATER, "too many frames were sent" },
        { 4009, CLOSE_NEW_SESSION,  "the session timed out" },
        { 4010, CLOSE_FATAL,        "Discord refuses the shard number (close code 4010). Mend [discord] shards; auto is right for most." },
        { 4011, CLOSE_FATAL,        "The bot is in too many guilds for so few shards (close code 4011). Set [discord] shards = auto or a greater number." },
        { 4012, CLOSE_FATAL,        "Discord no longer speaks this program's API version (close code 4012). Install a newer release." },
        { 4013, CLOSE_FATAL,        "Discord does not know one of the intents that were asked for (close code 4013). Install a newer release." },
        { 4014, CLOSE_FATAL,        "The application may not use a privileged intent (close code 4014). Switch it on in the developer portal, page Bot, or set "
                                    "intents_members and intents_message_content in [discord] to no." },
};
/* clang-format on */

static const CloseCode undocumented = { -1, CLOSE_RESUME_LATER, "closed by Discord with a code that is not documented" };

const CloseCode *close_code_find(int code) {
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (rows[i].code == code)
                        return &rows[i];
        return &undocumented;
}
