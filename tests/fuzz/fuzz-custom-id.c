/* Custom ids: no text trips the reader, and whatever it accepts is exactly what the writer writes. */

#include "magikal/custom-id.h"

#include "../lib/known-keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

#define GUILD ((GuildId) { UINT64_C(800000000000000001) })

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void accepted_is_written(const Keys *keys, const char *text) {
        char again[LIMIT_CUSTOM_ID + 1];
        CustomId id;

        if (custom_id_read(keys, GUILD, text, &id) != 0)
                return;
        must(custom_id_write(keys, GUILD, id.control, id.ids, id.n_ids, again) == 0);
        must(streq(text, again));
}

/* Nearly right text reaches deeper than noise: the input's beginning becomes control and ids. */
static void written_is_accepted(const Keys *keys, const uint8_t *data, size_t n_bytes) {
        char text[LIMIT_CUSTOM_ID + 1], control[4] = "so";
        uint64_t ids[3] = {};
        size_t n_ids = n_bytes % 3 + 1;
        CustomId id;

        copy_bytes(ids, data, MIN(n_bytes, sizeof(ids)));
        control[2] = n_bytes > 0 ? "abcdefgh01234567"[data[0] % 16] : '\0';
        must(custom_id_write(keys, GUILD, control, ids, n_ids, text) == 0);
        must(custom_id_read(keys, GUILD, text, &id) == 0);
        must(streq(id.control, control) && id.n_ids == n_ids && memcmp(id.ids, ids, n_ids * sizeof(*ids)) == 0);
        if (n_bytes > 1 && data[1] != 0 && text[data[0] % strlen(text)] != (char) data[1]) {
                text[data[0] % strlen(text)] = (char) data[1];
                must(custom_id_read(keys, GUILD, text, &id) > 0);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        static Keys *keys;      /* loading them is slower than all the rest; lives as long as the process */
        _free_ char *text = malloc(n_bytes + 1);

        if (!keys)
                keys = known_keys(KNOWN_KEY_K);
        must(keys && text);
        copy_bytes(text, data, n_bytes);
        text[n_bytes] = '\0';
        accepted_is_written(keys, text);
        written_is_accepted(keys, data, n_bytes);
        return 0;
}
