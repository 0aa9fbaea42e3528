#pragma once

/* What a close code from the gateway means for the session. Discord reference, "Gateway Close Event Codes". Private to discord/. */

typedef enum CloseAction {
        CLOSE_RESUME,           /* the session lives: resume */
        CLOSE_RESUME_LATER,     /* the same, but not at once: we were too loud */
        CLOSE_NEW_SESSION,      /* the session is dead: IDENTIFY */
        CLOSE_FATAL,            /* trying again would only do harm */
} CloseAction;

typedef struct CloseCode {
        int code;
        CloseAction action;
        const char *meaning;    /* for the journal; for fatal ones the whole sentence with its remedy */
} CloseCode;

/* Never NULL: undocumented codes are resumed, as 4000 is. 0 stands for "no close frame came". */
const CloseCode *close_code_find(int code);
