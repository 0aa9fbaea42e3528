#pragma once

/*
 * magikald.conf: one table (settings.def), read strictly. Unknown sections and keys, doubled keys, values out of range are errors that
 * name file and line and say how to mend them. Secrets are not in here, only the names of the files that hold them (secret.h, keys.h).
 */

#include <stdbool.h>
#include <stdint.h>

#include "magikal/snowflake.h"
#include "magikal/strbuf.h"

typedef enum AutoBool {
        AUTO_BOOL_NO,
        AUTO_BOOL_YES,
        AUTO_BOOL_AUTO,
} AutoBool;

typedef enum Compression {
        COMPRESSION_NONE,
        COMPRESSION_ZLIB_STREAM,
} Compression;

/* C type of each setting type. A text that is not set is NULL, a number that is "auto" is 0, a level is syslog's. */
#define SETTING_C_SNOWFLAKE ApplicationId
#define SETTING_C_PATH char *
#define SETTING_C_NAME char *
#define SETTING_C_HTTP_URL char *
#define SETTING_C_WS_URL char *
#define SETTING_C_DSN char *
#define SETTING_C_INT int
#define SETTING_C_AUTO_INT int
#define SETTING_C_BOOL bool
#define SETTING_C_AUTO_BOOL AutoBool
#define SETTING_C_COMPRESS Compression
#define SETTING_C_LEVEL int

/* One member per row of settings.def, e.g. config->n_workers (0: auto), config->dsn, config->token_file (NULL: not set). */
typedef struct Config {
#define SETTING(section, key, member, type, default_, min, max, when, help) SETTING_C_##type member;
#include "magikal/settings.def"
#undef SETTING
} Config;

#define CONFIG_PATH_DEFAULT "/etc/magikal/magikald.conf"

/*
 * Reads one file. 0, or negative errno with one sentence ("FILE:LINE: what is wrong and how to mend it") in *ret_why, to free(), NULL
 * only when memory is out. -EINVAL: the contents are wrong; other values: the file could not be read. Blocks: start-up and reload only.
 * Environment: CREDENTIALS_DIRECTORY and RUNTIME_DIRECTORY stand in defaults.
 */
int config_load(const char *path, Config **ret_config, char **ret_why);
/* The same from text; `name` stands for the file in sentences. */
int config_parse(const char *name, const char *text, size_t n_bytes, Config **ret_config, char **ret_why);
Config *config_free(Config *config);    /* NULL is fine; returns NULL */
DEFINE_CLEANUP(Config *, config_free)

/* Every setting as a file that could be read back: help, default and value in force. Passwords in a DSN are shown as ***. */
void config_print(const Config *config, StrBuf *out);

/* Appends ", "-separated "[section] key" of what differs and needs a restart; nothing when a reload takes over everything. */
void config_needs_restart(const Config *running, const Config *loaded, StrBuf *out);

/* Worker processes to run: the setting, or for auto one for each of n_processors within 2 … 16. */
int config_n_workers(const Config *config, int n_processors);
