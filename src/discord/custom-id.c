/*
 * Custom ids. The MAC is taken over "<guild>.<everything before the MAC's dot>", so version, key id, control and ids are all under
 * it, and one guild's buttons are worth nothing in another.
 *
 * Reading accepts exactly what writing makes: there is one spelling of each custom id, so equal text is equal meaning.
 */

#include "magikal/custom-id.h"

#include <errno.h>
#include <stdio.h>

#define CUSTOM_ID_VERSION '1'
#define BASE36 "0123456789abcdefghijklmnopqrstuvwxyz"
#define BASE36_MAX 13                           /* digits of UINT64_MAX: 3w5e11264sgsf */
#define SIGNED_MAX (20 + 1 + LIMIT_CUSTOM_ID)   /* guild, dot, text */

static bool control_is_fine(const char *control, size_t n) {
        if (n < 1 || n > CUSTOM_ID_CONTROL_MAX || control[0] < 'a' || control[0] > 'z')
                return false;
        for (size_t i = 0; i < n; i++)
                if (control[i] == '\0' || !strchr(BASE36, control[i]))
                        return false;
        return true;
}

static void append_base36(StrBuf *out, uint64_t id) {
        char digits[BASE36_MAX];
        size_t n = 0;

        do {
                digits[n++] = BASE36[id % 36];
                id /= 36;
        } while (id > 0);
        while (n > 0)
                strbuf_append_char(out, digits[--n]);
}

static bool parse_base36(const char *text, size_t n, uint64_t *ret) {
        uint64_t v = 0;

        if (n < 1 || n > BASE36_MAX || (n > 1 && text[0] == '0'))
                return false;
        for (size_t i = 0; i < n; i++) {
                const char *at = text[i] ? strchr(BASE36, text[i]) : NULL;
                uint64_t digit;

                if (!at)
                        return false;
                digit = (uint64_t) (at - BASE36);
                if (v > (UINT64_MAX - digit) / 36)
                        return false;
                v = v * 36 + digit;
        }
        *ret = v;
        return true;
}

/* What the MAC is over; returns its length. n_bytes of text are at most LIMIT_CUSTOM_ID. */
static size_t signed_text(GuildId guild, const char *text, size_t n_bytes, char to[SIGNED_MAX + 1]) {
        size_t n = (size_t) snprintf(to, SIGNED_MAX + 1, "%llu.", (unsigned long long) guild.v);

        memcpy(to + n, text, n_bytes);
        return n + n_bytes;
}

int custom_id_write(const Keys *keys, GuildId guild, const char *control, const uint64_t *ids, size_t n_ids,
                    char ret[LIMIT_CUSTOM_ID + 1]) {
        _strbuf_ StrBuf text = {};
        char over[SIGNED_MAX + 1], mac[KEYS_MAC_CHARS + 1];
        size_t n;

        if (!control_is_fine(control, strlen(control)) || n_ids < 1 || n_ids > CUSTOM_ID_IDS_MAX)
                return -EINVAL;
        strbuf_append_char(&text, CUSTOM_ID_VERSION);
        strbuf_append_char(&text, keys_mac_key_id(keys));
        strbuf_append_char(&text, '.');
        strbuf_append(&text, control);
        for (size_t i = 0; i < n_ids; i++) {
                strbuf_append_char(&text, '.');
                append_base36(&text, ids[i]);
        }
        if (text.error < 0)
                return text.error;

        n = signed_text(guild, text.text, text.n_bytes, over);
        keys_mac(keys, over, n, mac);
        (void) snprintf(ret, LIMIT_CUSTOM_ID + 1, "%s.%s", text.text, mac);     /* 76 at most, see the header */
        return 0;
}

/* Splits control and ids; the key id stands at text[1], the MAC at the returned offset. 0: not our grammar. */
static size_t parse(const char *text, CustomId *to) {
        const char *part = text + 3, *dot;

        if (text[0] != CUSTOM_ID_VERSION || text[1] == '\0' || !strchr(BASE36, text[1]) || text[2] != '.')
                return 0;
        dot = strchr(part, '.');
        if (!dot || !control_is_fine(part, (size_t) (dot - part)))
                return 0;
        memcpy(to->control, part, (size_t) (dot - part));
        for (part = dot + 1; (dot = strchr(part, '.')) != NULL; part = dot + 1) {
                if (to->n_ids == CUSTOM_ID_IDS_MAX || !parse_base36(part, (size_t) (dot - part), &to->ids[to->n_ids]))
                        return 0;
                to->n_ids++;
        }
        return to->n_ids > 0 ? (size_t) (part - text) : 0;
}

static bool mac_is_fine(const char *mac) {
        return strlen(mac) == KEYS_MAC_CHARS &&
               strspn(mac, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == KEYS_MAC_CHARS;
}

int custom_id_read(const Keys *keys, GuildId guild, const char *text, CustomId *ret) {
        char over[SIGNED_MAX + 1];
        CustomId id = {};
        size_t mac, n;

        if (strnlen(text, LIMIT_CUSTOM_ID + 1) > LIMIT_CUSTOM_ID)
                return CUSTOM_ID_FOREIGN;
        mac = parse(text, &id);
        if (mac == 0 || !mac_is_fine(text + mac))
                return CUSTOM_ID_FOREIGN;
        n = signed_text(guild, text, mac - 1, over);
        if (!keys_mac_is_right(keys, text[1], over, n, text + mac))
                return CUSTOM_ID_FORGED;
        *ret = id;
        return 0;
}
