/*
 * The command table at work. Rows of commands.def stand in document order, so registration is one walk over them and a lookup remembers
 * only the command and group it has passed.
 */

#include "magikal/command.h"

#include <errno.h>

#include "magikal/cut.h"
#include "magikal/keys.h"
#include "magikal/limits.h"

#define ON(channel_type) (1u << CHANNEL_##channel_type)
#define IS_REQUIRED true
#define IS_OPTIONAL false

typedef enum RowKind { ROW_COMMAND, ROW_GROUP, ROW_SUB, ROW_OPTION, ROW_LIMITS, ROW_SUGGESTED, ROW_CHOICE } RowKind;

typedef struct Row {
        RowKind kind;
        const char *name;
        const char *description;        /* a choice's value */
        Command id;                     /* sub-commands */
        OptionType type;                /* options */
        bool is_required;
        unsigned channel_types;
        uint64_t permissions;           /* commands: default_member_permissions */
        int min, max;                   /* limits */
} Row;

static const Row rows[] = {
#define COMMAND(n, d, p) { .kind = ROW_COMMAND, .name = (n), .description = (d), .permissions = (p) },
#define GROUP(n, d) { .kind = ROW_GROUP, .name = (n), .description = (d) },
#define SUB(i, n, d) { .kind = ROW_SUB, .id = COMMAND_##i, .name = (n), .description = (d) },
#define OPTION(n, t, r, c, d)                                                                                       \
        { .kind = ROW_OPTION, .type = OPTION_##t, .name = (n), .description = (d), .is_required = (r), .channel_types = (c) },
#define LIMITS(a, b) { .kind = ROW_LIMITS, .min = (a), .max = (b) },
#define SUGGESTED() { .kind = ROW_SUGGESTED },
#define CHOICE(n, v) { .kind = ROW_CHOICE, .name = (n), .description = (v) },
#include "magikal/commands.def"
#undef COMMAND
#undef GROUP
#undef SUB
#undef OPTION
#undef LIMITS
#undef SUGGESTED
#undef CHOICE
};

void command_append(StrBuf *out, Command command) {
        const Row *outer = NULL, *group = NULL;

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const Row *row = &rows[i];

                if (row->kind == ROW_COMMAND) {
                        outer = row;
                        group = NULL;
                } else if (row->kind == ROW_GROUP)
                        group = row;
                else if (row->kind == ROW_SUB && row->id == command && outer)
                        strbuf_appendf(out, "/%s%s%s %s", outer->name, group ? " " : "", group ? group->name : "", row->name);
        }
}

/* ---- registration ------------------------------------------------------------------------------------------------------------- */

static const Row *row_at(size_t i, RowKind kind) {
        return i < ELEMENTSOF(rows) && rows[i].kind == kind ? &rows[i] : NULL;
}

typedef struct Output {
        JsonWriter *w;
        const CommandLanguage *languages;
        size_t n_languages;
} Output;

/* "tickets set-ping clear both": the names on the way to row i, a choice by its value. */
static void append_path(StrBuf *out, size_t i) {
        const Row *way[ROW_CHOICE + 1] = {};    /* the innermost row of each kind so far */

        for (size_t k = 0; k <= i; k++) {
                way[rows[k].kind] = &rows[k];
                for (size_t inner = rows[k].kind + 1; inner < ELEMENTSOF(way); inner++)
                        way[inner] = NULL;
        }
        for (size_t kind = 0; kind < ELEMENTSOF(way); kind++)
                if (way[kind] && way[kind]->name) {
                        if (out->n_bytes > 0)
                                strbuf_append_char(out, ' ');
                        strbuf_append(out, kind == ROW_CHOICE ? way[kind]->description : way[kind]->name);
                }
}

static const CommandText *find_text(const CommandLanguage *language, const char *path) {
        for (const CommandText *text = language->rows; text->path; text++)
                if (streq(text->path, path))
                        return text;
        return NULL;
}

/* One member a locale: {"de":"…"}. What a language does not say is read in the table's. */
static void put_localizations(const Output *o, const char *key, const char *path, bool is_description) {
        bool is_open = false;

        for (size_t i = 0; i < o->n_languages; i++) {
                const CommandText *text = find_text(&o->languages[i], path);
                const char *words = !text ? NULL : is_description ? text->description : text->name;

                for (const char *at = o->languages[i].locales; words && *at;) {
                        size_t n = strcspn(at, " ");
                        char locale[LIMIT_LOCALE + 1];

                        if (!is_open)
                                json_object(o->w, key);
                        is_open = true;
                        copy_bytes(locale, at, MIN(n, (size_t) LIMIT_LOCALE));
                        locale[MIN(n, (size_t) LIMIT_LOCALE)] = '\0';
                        json_string(o->w, locale, words);
                        at += n + strspn(at + n, " ");
                }
        }
        if (is_open)
                json_close(o->w);
}

static void put_words(const Output *o, size_t i) {
        _strbuf_ StrBuf path = {};

        append_path(&path, i);
        if (path.error < 0)
                o->w->out.error = path.error;
        json_string(o->w, "name", rows[i].name);
        put_localizations(o, "name_localizations", strbuf_text(&path), false);
        if (rows[i].kind == ROW_CHOICE)
                return;
        json_string(o->w, "description", rows[i].description);
        put_localizations(o, "description_localizations", strbuf_text(&path), true);
}

/* Each writes its row and the rows inside it, and returns the index behind them. */
static size_t put_choices(const Output *o, size_t i) {
        JsonWriter *w = o->w;
        if (!row_at(i, ROW_CHOICE))
                return i;
        json_array(w, "choices");
        for (const Row *row; (row = row_at(i, ROW_CHOICE)); i++) {
                json_open(w);
                put_words(o, i);
                json_string(w, "value", row->description);
                json_close(w);
        }
        json_close_array(w);
        return i;
}

static void put_channel_types(JsonWriter *w, unsigned types) {
        if (types == 0)
                return;
        json_array(w, "channel_types");
        for (int t = 0; t < 32; t++)
                if (types & (1u << t))
                        json_put_i64(w, t);
        json_close_array(w);
}

static size_t put_limits(JsonWriter *w, const Row *option, size_t i) {
        const Row *limits = row_at(i, ROW_LIMITS);
        bool is_text = option->type == OPTION_STRING;

        if (!limits)
                return i;
        json_i64(w, is_text ? "min_length" : "min_value", limits->min);
        json_i64(w, is_text ? "max_length" : "max_value", limits->max);
        return i + 1;
}

static size_t put_suggested(JsonWriter *w, size_t i) {
        if (!row_at(i, ROW_SUGGESTED))
                return i;
        json_bool(w, "autocomplete", true);
        return i + 1;
}

static size_t put_option(const Output *o, size_t i) {
        JsonWriter *w = o->w;
        const Row *row = &rows[i];

        json_open(w);
        json_i64(w, "type", row->type);
        put_words(o, (size_t) (row - rows));
        if (row->is_required)
                json_bool(w, "required", true);
        put_channel_types(w, row->channel_types);
        i = put_limits(w, row, i + 1);
        i = put_suggested(w, i);
        i = put_choices(o, i);
        json_close(w);
        return i;
}

static size_t put_options(const Output *o, size_t i) {
        JsonWriter *w = o->w;

        if (!row_at(i, ROW_OPTION))
                return i;
        json_array(w, "options");
        while (row_at(i, ROW_OPTION))
                i = put_option(o, i);
        json_close_array(w);
        return i;
}

static size_t put_sub(const Output *o, size_t i) {
        JsonWriter *w = o->w;
        json_open(w);
        json_i64(w, "type", OPTION_SUB_COMMAND);
        put_words(o, i);
        i = put_options(o, i + 1);
        json_close(w);
        return i;
}

static size_t put_group(const Output *o, size_t i) {
        JsonWriter *w = o->w;
        json_open(w);
        json_i64(w, "type", OPTION_GROUP);
        put_words(o, i);
        json_array(w, "options");
        for (i++; row_at(i, ROW_SUB);)
                i = put_sub(o, i);
        json_close_array(w);
        json_close(w);
        return i;
}

/* Sub-commands first, then groups: a sub-command behind a group would belong to that group. */
static size_t put_command(const Output *o, size_t i) {
        JsonWriter *w = o->w;
        const Row *row = &rows[i];

        json_open(w);
        json_i64(w, "type", 1);         /* CHAT_INPUT */
        put_words(o, (size_t) (row - rows));
        json_put_key(w, "default_member_permissions");
        if (row->permissions)
                json_put_id(w, row->permissions);       /* a bit set as decimal string */
        else
                json_put_null(w);
        json_array(w, "contexts");
        json_put_i64(w, 0);             /* GUILD */
        json_close_array(w);
        json_array(w, "integration_types");
        json_put_i64(w, 0);             /* GUILD_INSTALL */
        json_close_array(w);
        json_array(w, "options");
        for (i++; i < ELEMENTSOF(rows) && rows[i].kind != ROW_COMMAND;)
                i = rows[i].kind == ROW_GROUP ? put_group(o, i) : put_sub(o, i);
        json_close_array(w);
        json_close(w);
        return i;
}

int command_registration(const CommandLanguage *languages, size_t n_languages, char **ret_body) {
        _json_writer_ JsonWriter w = {};
        const Output output = { .w = &w, .languages = languages, .n_languages = n_languages };

        json_open_array(&w);
        for (size_t i = 0; i < ELEMENTSOF(rows);)
                i = put_command(&output, i);
        json_close_array(&w);
        return json_writer_finish(&w, ret_body);
}

int command_registration_hash(const CommandLanguage *languages, size_t n_languages, char ret[COMMAND_HASH_CHARS + 1]) {
        _free_ char *body = NULL;
        int r;

        r = command_registration(languages, n_languages, &body);
        if (r < 0)
                return r;
        hash_base64url(body, strlen(body), ret, COMMAND_HASH_CHARS);
        return 0;
}

/* ---- what came in --------------------------------------------------------------------------------------------------------------- */

static size_t find_row(const Interaction *ix) {
        const Row *command = NULL, *group = NULL;

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const Row *row = &rows[i];

                if (row->kind == ROW_COMMAND) {
                        command = row;
                        group = NULL;
                } else if (row->kind == ROW_GROUP)
                        group = row;
                else if (row->kind == ROW_SUB && streq(command->name, ix->command) &&
                         streq_ptr(group ? group->name : NULL, ix->group) && streq_ptr(row->name, ix->sub_command))
                        return i;
        }
        return ELEMENTSOF(rows);
}

/* Within the limits of the row at i, if it has any. */
static bool is_within(size_t i, int64_t value) {
        const Row *limits = row_at(i, ROW_LIMITS);

        return !limits || (value >= limits->min && value <= limits->max);
}

static bool choice_is_declared(size_t i, const char *value) {
        while (row_at(i, ROW_LIMITS) || row_at(i, ROW_SUGGESTED))
                i++;
        if (!row_at(i, ROW_CHOICE))
                return true;
        for (const Row *row; (row = row_at(i, ROW_CHOICE)); i++)
                if (streq(row->description, value))
                        return true;
        return false;
}

/* Does the value fit the declared option at row i? Ids must be described in the payload: Discord always does. */
static bool option_fits(const Interaction *ix, size_t i, const InteractionOption *option) {
        const Row *row = &rows[i];
        const Resolved *channel;

        if (option->type != (int) row->type)
                return false;
        switch (row->type) {
        case OPTION_STRING:
                return is_within(i + 1, (int64_t) utf16_length(option->text)) && choice_is_declared(i + 1, option->text);
        case OPTION_INTEGER:
                return is_within(i + 1, option->integer);
        case OPTION_CHANNEL:
                channel = interaction_resolved(ix, RESOLVED_CHANNEL, option->id);
                return channel && channel->channel_type < 32 &&
                       (row->channel_types == 0 || (row->channel_types & (1u << channel->channel_type)));
        case OPTION_ROLE:
                return interaction_resolved(ix, RESOLVED_ROLE, option->id) != NULL;
        case OPTION_USER:
                return interaction_resolved(ix, RESOLVED_USER, option->id) != NULL;
        default:
                return true;
        }
}

static bool options_fit(const Interaction *ix, size_t i) {
        size_t n_known = 0;

        for (; i < ELEMENTSOF(rows) && rows[i].kind >= ROW_OPTION; i++) {
                const InteractionOption *option;

                if (rows[i].kind != ROW_OPTION)
                        continue;
                option = interaction_option(ix, rows[i].name);
                if (!option && rows[i].is_required)
                        return false;
                if (option && !option_fits(ix, i, option))
                        return false;
                n_known += option != NULL;
        }
        return n_known == ix->n_options;        /* less: an option came that is not declared, or came twice */
}

int command_find(const Interaction *ix, Command *ret) {
        size_t i;

        if (!ix->command || ix->command_type != 1)
                return COMMAND_UNKNOWN;
        i = find_row(ix);
        if (i == ELEMENTSOF(rows))
                return COMMAND_UNKNOWN;
        if (ix->type == INTERACTION_COMMAND && !options_fit(ix, i + 1))
                return COMMAND_MISFIT;
        *ret = rows[i].id;
        return 0;
}
