/* Answers with Discord's JSON error codes; the table is the one that fault rules use too (error-code.c). */

#include "faults.h"
#include "model.h"

void reply_code(SbxReply *reply, int code) {
        const char *message = "Error";
        int status = 400;

        if (error_code_lookup(code, &status, &message) < 0)
                status = 400;
        sbx_reply_error(reply, status, code, message);
}

void reply_no_memory(SbxReply *reply) {
        sbx_reply_error(reply, 500, 0, "500: Internal Server Error");
}
