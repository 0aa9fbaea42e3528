#pragma once

/* How one kind of setting is read, shown and compared. Private to config.c and config-type.c. */

#include "magikal/config.h"

typedef struct Setting Setting;

typedef struct SettingType {
        const char *name;
        bool may_be_empty;      /* "key =" means: not set */
        bool may_continue;      /* an indented line goes on with the value */
        /* Writes the member. -EINVAL with the rest of the sentence "[section] key …" in `why`, or -ENOMEM. */
        int (*parse)(const Setting *setting, const char *text, void *member, StrBuf *why);
        void (*print)(const void *member, StrBuf *out);
        bool (*is_equal)(const void *a, const void *b);
        void (*done)(void *member);     /* NULL: nothing to free */
} SettingType;

struct Setting {
        const char *section, *key;
        size_t offset;          /* of the member in struct Config */
        const SettingType *type;
        const char *default_text;       /* NULL: must be given */
        int64_t min, max;
        bool is_live;
        const char *help;
};

extern const SettingType setting_type_SNOWFLAKE, setting_type_PATH, setting_type_NAME, setting_type_HTTP_URL, setting_type_WS_URL, setting_type_DSN,
        setting_type_INT, setting_type_AUTO_INT, setting_type_BOOL, setting_type_AUTO_BOOL, setting_type_COMPRESS, setting_type_LEVEL;
