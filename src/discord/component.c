/*
 * Builders of components. Text that people see is cut to its place; a broken rule that cannot be mended honestly (a blank label, a sixth
 * button) makes the writer fail, so that a test meets it and not a person.
 */

#include "magikal/component.h"

#include <errno.h>

#include "magikal/cut.h"
#include "magikal/unicode.h"

static void fail(JsonWriter *w, int r) {
        if (w->out.error == 0)
                w->out.error = r;
}

/* key and text cut to n_max; a blank one fails when it must be there and is left out when not. */
static void put_text(JsonWriter *w, const char *key, const char *text, size_t n_max, bool is_needed) {
        _strbuf_ StrBuf cut = {};

        if (text_is_blank(text)) {
                if (is_needed)
                        fail(w, -EINVAL);
                return;
        }
        (void) cut_append(&cut, text, n_max, NULL);
        if (cut.error < 0)
                fail(w, cut.error);
        json_string(w, key, strbuf_text(&cut));
}

static void put_custom_id(JsonWriter *w, const char *custom_id) {
        if (!custom_id || !*custom_id || utf16_length(custom_id) > LIMIT_CUSTOM_ID)
                fail(w, -EINVAL);
        json_string(w, "custom_id", custom_id);
}

/* A guild's own, "<:name:id>" or "<a:name:id>" (Discord reference, "Message Formatting"). False, and nothing written: it is none. */
static bool put_own_emoji(JsonWriter *w, const char *emoji) {
        bool is_animated = strncmp(emoji, "<a:", 3) == 0;
        _strbuf_ StrBuf name = {}, id = {};
        size_t n_name, n_id;

        if (!is_animated && strncmp(emoji, "<:", 2) != 0)
                return false;
        emoji += is_animated ? 3 : 2;
        n_name = strspn(emoji, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
        n_id = emoji[n_name] == ':' ? strspn(emoji + n_name + 1, "0123456789") : 0;
        if (n_name < 2 || n_name > 32 || n_id == 0 || n_id > 19 || emoji[n_name + 1] == '0' || !streq(emoji + n_name + 1 + n_id, ">"))
                return false;
        strbuf_append_bytes(&name, emoji, n_name);
        strbuf_append_bytes(&id, emoji + n_name + 1, n_id);
        if (name.error < 0 || id.error < 0)
                fail(w, -ENOMEM);
        json_string(w, "id", strbuf_text(&id));
        json_string(w, "name", strbuf_text(&name));
        if (is_animated)
                json_bool(w, "animated", true);
        return true;
}

/*
 * Unicode keeps the list of emoji in emoji-data.txt, which grows every year; these are the blocks that it draws from. Whatever else somebody
 * types would make Discord refuse every form that has it.
 */
static bool is_emoji_base(uint32_t c) {
        static const struct {
                uint32_t first, last;
        } blocks[] = {
                { 0x00A9, 0x00A9 }, { 0x00AE, 0x00AE }, { 0x203C, 0x203C }, { 0x2049, 0x2049 },   { 0x2122, 0x2122 },
                { 0x2139, 0x2139 }, { 0x2194, 0x21AA }, { 0x231A, 0x23FF }, { 0x25AA, 0x27BF },   { 0x2934, 0x2935 },
                { 0x2B05, 0x2B55 }, { 0x3030, 0x3030 }, { 0x303D, 0x303D }, { 0x3297, 0x3299 },   { 0x1F004, 0x1F004 },
                { 0x1F0CF, 0x1F0CF }, { 0x1F170, 0x1F19A }, { 0x1F201, 0x1F251 }, { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF },
                { 0x1F7E0, 0x1F7EB }, { 0x1F90C, 0x1F9FF }, { 0x1FA70, 0x1FAFF },
        };

        for (size_t i = 0; i < ELEMENTSOF(blocks); i++)
                if (c >= blocks[i].first && c <= blocks[i].last)
                        return true;
        return false;
}

static bool is_emoji_suffix(uint32_t c) {
        return c == 0xFE0F || (c >= 0x1F3FB && c <= 0x1F3FF) || (c >= 0xE0020 && c <= 0xE007F);  /* style, skin, tags of a flag */
}

static bool is_regional(uint32_t c) {
        return c >= 0x1F1E6 && c <= 0x1F1FF;
}

/* One emoji: a base and what belongs to it, several joined ones, a flag of two letters, or a keycap. */
static bool is_unicode_emoji(const char *text) {
        uint32_t c, next;
        size_t n = utf8_next(text, &c), n_next = n > 0 ? utf8_next(text + n, &next) : 0;

        if (n == 0)
                return false;
        if (is_regional(c))
                return n_next > 0 && is_regional(next) && text[n + n_next] == '\0';
        if (strchr("0123456789#*", (int) c) && c < 0x80)
                return streq(text + n, "\xEF\xB8\x8F\xE2\x83\xA3");     /* U+FE0F U+20E3 */
        while (is_emoji_base(c)) {
                text += n;
                while ((n = utf8_next(text, &c)) > 0 && is_emoji_suffix(c))
                        text += n;
                if (n == 0)
                        return true;
                if (c != 0x200D)        /* zero-width joiner: another emoji follows */
                        return false;
                text += n;
                n = utf8_next(text, &c);
                if (n == 0)
                        return false;
        }
        return false;
}

bool component_emoji_is_fine(const char *text) {
        _json_writer_ JsonWriter w = {};
        bool is_own;

        if (!text || !utf8_is_valid(text, strlen(text)))
                return false;
        json_open(&w);
        is_own = put_own_emoji(&w, text);
        return is_own || is_unicode_emoji(text);
}

static void put_emoji(JsonWriter *w, const char *emoji) {
        if (!emoji)
                return;
        json_object(w, "emoji");
        if (!put_own_emoji(w, emoji))
                json_string(w, "name", emoji);
        json_close(w);
}

static void put_button(JsonWriter *w, const Button *button) {
        json_open(w);
        json_i64(w, "type", COMPONENT_BUTTON);
        json_i64(w, "style", button->style);
        put_text(w, "label", button->label, LIMIT_BUTTON_LABEL, true);
        put_emoji(w, button->emoji);
        if (button->style == BUTTON_LINK) {
                if (!button->url || strlen(button->url) > LIMIT_BUTTON_URL)
                        fail(w, -EINVAL);
                json_string(w, "url", button->url);
        } else
                put_custom_id(w, button->custom_id);
        if (button->is_disabled)
                json_bool(w, "disabled", true);
        json_close(w);
}

void component_buttons(JsonWriter *w, const Button *buttons, size_t n_buttons) {
        if (n_buttons < 1 || n_buttons > LIMIT_ROW_BUTTONS) {
                fail(w, -EINVAL);
                return;
        }
        json_open(w);
        json_i64(w, "type", COMPONENT_ROW);
        json_array(w, "components");
        for (size_t i = 0; i < n_buttons; i++)
                put_button(w, &buttons[i]);
        json_close_array(w);
        json_close(w);
}

void component_modal(JsonWriter *w, const char *custom_id, const char *title) {
        json_open(w);
        put_custom_id(w, custom_id);
        put_text(w, "title", title, LIMIT_MODAL_TITLE, true);
        json_array(w, "components");
}

void component_modal_end(JsonWriter *w) {
        json_close_array(w);
        json_close(w);
}

static void open_label(JsonWriter *w, const char *label, const char *description) {
        json_open(w);
        json_i64(w, "type", COMPONENT_LABEL);
        put_text(w, "label", label, LIMIT_LABEL, true);
        put_text(w, "description", description, LIMIT_LABEL_DESCRIPTION, false);
        json_object(w, "component");
}

static void close_label(JsonWriter *w) {
        json_close(w);
        json_close(w);
}

void component_text_input(JsonWriter *w, const TextInput *input) {
        if (input->min_length > LIMIT_INPUT_VALUE || input->max_length > LIMIT_INPUT_VALUE)
                fail(w, -EINVAL);
        open_label(w, input->label, input->description);
        json_i64(w, "type", COMPONENT_TEXT_INPUT);
        put_custom_id(w, input->custom_id);
        json_i64(w, "style", input->is_paragraph ? 2 : 1);
        if (input->min_length > 0)
                json_i64(w, "min_length", input->min_length);
        if (input->max_length > 0)
                json_i64(w, "max_length", input->max_length);
        json_bool(w, "required", !input->is_optional);
        put_text(w, "placeholder", input->placeholder, LIMIT_INPUT_PLACEHOLDER, false);
        /* A pre-filled value longer than the input takes would make Discord refuse the whole modal */
        put_text(w, "value", input->value, input->max_length > 0 ? (size_t) input->max_length : LIMIT_INPUT_VALUE, false);
        close_label(w);
}

static bool values_are_unique(const StringSelect *select) {
        for (size_t i = 0; i < select->n_options; i++)
                for (size_t k = i + 1; k < select->n_options; k++)
                        if (streq_ptr(select->options[i].value, select->options[k].value))
                                return false;
        return true;
}

static void put_option(JsonWriter *w, const SelectOption *option) {
        if (text_is_blank(option->value) || utf16_length(option->value) > LIMIT_SELECT_TEXT)
                fail(w, -EINVAL);       /* never cut: it comes back as an answer */
        json_open(w);
        put_text(w, "label", option->label, LIMIT_SELECT_TEXT, true);
        json_string(w, "value", option->value);
        put_text(w, "description", option->description, LIMIT_SELECT_TEXT, false);
        put_emoji(w, option->emoji);
        if (option->is_default)
                json_bool(w, "default", true);
        json_close(w);
}

/* The members of a select, into an object that is open already. */
static void put_select(JsonWriter *w, const StringSelect *select, bool is_in_modal) {
        if (select->n_options < 1 || select->n_options > LIMIT_SELECT_OPTIONS || !values_are_unique(select))
                fail(w, -EINVAL);
        json_i64(w, "type", COMPONENT_STRING_SELECT);
        put_custom_id(w, select->custom_id);
        put_text(w, "placeholder", select->placeholder, LIMIT_SELECT_PLACEHOLDER, false);
        if (select->min_values > 0)
                json_i64(w, "min_values", select->min_values);
        if (select->max_values > 0)
                json_i64(w, "max_values", select->max_values);
        if (is_in_modal)
                json_bool(w, "required", !select->is_optional);
        json_array(w, "options");
        for (size_t i = 0; i < select->n_options && i < LIMIT_SELECT_OPTIONS; i++)
                put_option(w, &select->options[i]);
        json_close_array(w);
}

void component_select(JsonWriter *w, const StringSelect *select) {
        json_open(w);
        json_i64(w, "type", COMPONENT_ROW);
        json_array(w, "components");
        json_open(w);
        put_select(w, select, false);
        json_close(w);
        json_close_array(w);
        json_close(w);
}

void component_label_select(JsonWriter *w, const char *label, const char *description, const StringSelect *select) {
        open_label(w, label, description);
        put_select(w, select, true);
        close_label(w);
}

static void put_ids(JsonWriter *w, const char *key, const uint64_t *ids, size_t n) {
        size_t n_put = 0;

        json_array(w, key);
        for (size_t i = 0; i < n; i++)
                if (ids[i] != 0 && n_put++ < LIMIT_ALLOWED_MENTIONS)
                        json_put_id(w, ids[i]);
        json_close_array(w);
}

_Static_assert(sizeof(UserId) == sizeof(uint64_t) && sizeof(RoleId) == sizeof(uint64_t), "ids are one-member structs");

void component_mentions(JsonWriter *w, const UserId *users, size_t n_users, const RoleId *roles, size_t n_roles) {
        json_object(w, "allowed_mentions");
        json_array(w, "parse");
        json_close_array(w);
        put_ids(w, "users", n_users > 0 ? &users->v : NULL, n_users);
        put_ids(w, "roles", n_roles > 0 ? &roles->v : NULL, n_roles);
        json_close(w);
}

void component_no_mentions(JsonWriter *w) {
        json_object(w, "allowed_mentions");
        json_array(w, "parse");
        json_close_array(w);
        json_close(w);
}
