#pragma once

/* The words of commands.def in other languages: what src/text/ has, and the registration takes. */

typedef struct CommandText {
        const char *path;               /* by the names in the table: "tickets", "tickets set-ping clear"; of a choice its value: "… clear both" */
        const char *name;
        const char *description;        /* NULL: a choice */
} CommandText;

typedef struct CommandLanguage {
        const char *locales;            /* Discord's, with blanks between */
        const CommandText *rows;        /* the last one has no path */
} CommandLanguage;
