/* JSON error codes with their HTTP status (Discord reference, "JSON Error Codes"; statuses as seen in real answers). */

#include "model.h"

static const struct {
        int code;
        int status;
        const char *message;
} errors[] = {
        { 10003, 404, "Unknown Channel" },
        { 10004, 404, "Unknown Guild" },
        { 10007, 404, "Unknown Member" },
        { 10008, 404, "Unknown Message" },
        { 10009, 404, "Unknown Overwrite" },
        { 10011, 404, "Unknown Role" },
        { 10013, 404, "Unknown User" },
        { 10015, 404, "Unknown Webhook" },
        { 10062, 404, "Unknown interaction" },
        { 10063, 404, "Unknown application command" },
        { 30013, 400, "Maximum number of guild channels reached (500)" },
        { 30032, 400, "Maximum number of application commands reached (100)" },
        { 30060, 400, "Maximum number of channel permission overwrites reached (1000)" },
        { 40060, 400, "Interaction has already been acknowledged." },
        { 50001, 403, "Missing Access" },
        { 50003, 403, "Cannot execute action on a DM channel" },
        { 50005, 403, "Cannot edit a message authored by another user" },
        { 50006, 400, "Cannot send an empty message" },
        { 50007, 403, "Cannot send messages to this user" },
        { 50008, 400, "Cannot send messages in a non-text channel" },
        { 50013, 403, "Missing Permissions" },
        { 50024, 400, "Cannot execute action on this channel type" },
        { 50027, 401, "Invalid Webhook Token" },
        { 50028, 400, "Invalid Role" },
        { 50033, 400, "Invalid Recipient(s)" },
        { 50034, 400, "You can only bulk delete messages that are under 14 days old." },
        { 50035, 400, "Invalid Form Body" },
        { 50278, 403, "Cannot send messages to this user due to having no mutual guilds" },
};

void reply_code(SbxReply *reply, int code) {
        for (size_t i = 0; i < ELEMENTSOF(errors); i++)
                if (errors[i].code == code) {
                        sbx_reply_error(reply, errors[i].status, code, errors[i].message);
                        return;
                }
        sbx_reply_error(reply, 400, code, "Error");
}

void reply_no_memory(SbxReply *reply) {
        sbx_reply_error(reply, 500, 0, "500: Internal Server Error");
}
