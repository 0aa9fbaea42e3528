/* Discord's JSON error codes with the HTTP status they come with (Discord reference, "JSON Error Codes"). For fault rules. */

#include "faults.h"

#include <errno.h>

static const struct {
        int code, status;
        const char *message;
} rows[] = {
        { 10003, 404, "Unknown Channel" },
        { 10004, 404, "Unknown Guild" },
        { 10007, 404, "Unknown Member" },
        { 10008, 404, "Unknown Message" },
        { 10009, 404, "Unknown permission overwrite" },
        { 10011, 404, "Unknown Role" },
        { 10013, 404, "Unknown User" },
        { 10014, 404, "Unknown Emoji" },
        { 10015, 404, "Unknown Webhook" },
        { 10026, 404, "Unknown Ban" },
        { 10062, 404, "Unknown interaction" },
        { 10063, 404, "Unknown application command" },
        { 20012, 403, "You are not authorized to perform this action on this application" },
        { 20028, 429, "The channel you are writing has hit the write rate limit." },
        { 20029, 429, "The server you are writing has hit the write rate limit." },
        { 30003, 400, "Maximum number of pins reached for the channel (250)" },
        { 30005, 400, "Maximum number of guild roles reached (250)" },
        { 30007, 400, "Maximum number of webhooks reached (15)" },
        { 30010, 400, "Maximum number of reactions reached (20)" },
        { 30013, 400, "Maximum number of guild channels reached (500)" },
        { 30016, 400, "Maximum number of invites reached (1000)" },
        { 30032, 400, "Maximum number of application commands reached (100)" },
        { 30034, 400, "Max number of daily application command creates has been reached (200)" },
        { 30046, 429, "Maximum number of edits to messages older than 1 hour reached. Try again later." },
        { 30060, 400, "Maximum number of channel permission overwrites reached (1000)" },
        { 40001, 401, "Unauthorized. Provide a valid token and try again" },
        { 40003, 429, "You are opening direct messages too fast" },
        { 40005, 413, "Request entity too large. Try sending something smaller in size" },
        { 40009, 400, "Only one channel's parent may be changed at a time" },
        { 40060, 400, "Interaction has already been acknowledged." },
        { 40062, 429, "Service resource is being rate limited." },
        { 40094, 400, "This interaction has reached the maximum number of follow-up messages (5)." },
        { 40333, 403, "internal network error" },
        { 50001, 403, "Missing Access" },
        { 50003, 403, "Cannot execute action on a DM channel" },
        { 50005, 403, "Cannot edit a message authored by another user" },
        { 50006, 400, "Cannot send an empty message" },
        { 50007, 403, "Cannot send messages to this user" },
        { 50008, 400, "Cannot send messages in a non-text channel" },
        { 50013, 403, "Missing Permissions" },
        { 50014, 401, "Invalid authentication token provided" },
        { 50024, 400, "Cannot execute action on this channel type" },
        { 50027, 401, "Invalid Webhook Token" },
        { 50028, 400, "Invalid role" },
        { 50033, 400, "Invalid Recipient(s)" },
        { 50034, 400, "You can only bulk delete messages that are under 14 days old." },
        { 50035, 400, "Invalid Form Body" },
        { 50041, 400, "Invalid API version provided" },
        { 50074, 400, "Cannot delete a channel required for Community guilds" },
        { 50083, 400, "Thread is archived" },
        { 50109, 400, "The request body contains invalid JSON." },
        { 50278, 403, "Cannot send messages to this user due to having no mutual guilds" },
        { 60003, 403, "Two factor is required for this operation" },
        { 110000, 202, "Index not yet available. Try again later" },
        { 130000, 503, "API resource is currently overloaded. Try again a little later" },
        { 200000, 400, "Message was blocked by automatic moderation" },
        { 240000, 400, "Message blocked by harmful links filter" },
};

int error_code_lookup(int code, int *ret_status, const char **ret_message) {
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (rows[i].code == code) {
                        *ret_status = rows[i].status;
                        *ret_message = rows[i].message;
                        return 0;
                }
        return -ENOENT;
}
