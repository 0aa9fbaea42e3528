/* Custom ids: what was written is read, in its own guild only; everything else is foreign or forged. */

#include "magikal/custom-id.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../lib/known-keys.h"

#define GUILD ((GuildId) { UINT64_C(800000000000000001) })
#define OTHER ((GuildId) { UINT64_C(800000000000000002) })

static int set_up(void **state) {
        *state = known_keys(KNOWN_KEY_K);
        return *state ? 0 : -1;
}

static int tear_down(void **state) {
        keys_free(*state);
        return 0;
}

static void written_is_read(void **state) {
        static const uint64_t ids[] = { 0, 42, UINT64_MAX };
        char text[LIMIT_CUSTOM_ID + 1];
        CustomId id;

        for (size_t n = 1; n <= 3; n++) {
                assert_int_equal(custom_id_write(*state, GUILD, "sr", ids, n, text), 0);
                assert_int_equal(custom_id_read(*state, GUILD, text, &id), 0);
                assert_string_equal(id.control, "sr");
                assert_int_equal(id.n_ids, n);
                for (size_t i = 0; i < 3; i++)
                        assert_true(id.ids[i] == (i < n ? ids[i] : 0));
        }
        assert_memory_equal(text, "1k.sr.0.16.3w5e11264sgsf.", 25);
}

static void the_longest_fits(void **state) {
        static const uint64_t ids[] = { UINT64_MAX, UINT64_MAX, UINT64_MAX };
        char text[LIMIT_CUSTOM_ID + 1];
        CustomId id;

        assert_int_equal(custom_id_write(*state, GUILD, "abcdefghijk9", ids, 3, text), 0);
        assert_true(strlen(text) <= 76);
        assert_int_equal(custom_id_read(*state, GUILD, text, &id), 0);
        assert_string_equal(id.control, "abcdefghijk9");
}

static void writing_keeps_to_the_grammar(void **state) {
        static const char *const controls[] = { "", "S", "1a", "a.b", "a-b", "abcdefghijklm", "ä" };
        static const uint64_t ids[4] = { 1, 2, 3, 4 };
        char text[LIMIT_CUSTOM_ID + 1];

        for (size_t i = 0; i < ELEMENTSOF(controls); i++)
                assert_int_equal(custom_id_write(*state, GUILD, controls[i], ids, 1, text), -EINVAL);
        assert_int_equal(custom_id_write(*state, GUILD, "so", ids, 0, text), -EINVAL);
        assert_int_equal(custom_id_write(*state, GUILD, "so", ids, 4, text), -EINVAL);
}

static void foreign_text_is_foreign(void **state) {
        static const char *const texts[] = {
                "",
                "1",
                "1k",
                "1k.",
                "1k.so",
                "1k.so.",
                "1k.so.0",
                "1k.so.AAAAAAAAAAAAAAAA",
                "1k.so.0.",
                "1k.so.0.AAAAAAAAAAAAAAA",
                "1k.so.0.AAAAAAAAAAAAAAAAA",
                "1k.so.0.AAAAAAAAAAAAAAA=",
                "1k.so.00.AAAAAAAAAAAAAAAA",
                "1k.so.01.AAAAAAAAAAAAAAAA",
                "1k.so.A.AAAAAAAAAAAAAAAA",
                "1k.so.-1.AAAAAAAAAAAAAAAA",
                "1k.so..AAAAAAAAAAAAAAAA",
                "1k..0.AAAAAAAAAAAAAAAA",
                "1k.so.1.2.3.4.AAAAAAAAAAAAAAAA",
                "1k.so.3w5e11264sgsg.AAAAAAAAAAAAAAAA",     /* 2^64 */
                "1k.so.zzzzzzzzzzzzzz.AAAAAAAAAAAAAAAA",
                "2k.so.0.AAAAAAAAAAAAAAAA",
                "1K.so.0.AAAAAAAAAAAAAAAA",
                "1k:so.0.AAAAAAAAAAAAAAAA",
                " 1k.so.0.AAAAAAAAAAAAAAAA",
                "1k.so.0.AAAAAAAAAAAAAAAA ",
                "1k.so.0.AAAAAAAAAAAAAAAA\n",
                "tk:close:42",
                "1k.abcdefghijklm.0.AAAAAAAAAAAAAAAA",
                "1k.so.0.AAAAAAAAAAAAAAAA.so.0.AAAAAAAAAAAAAAAA.so.0.AAAAAAAAAAAAAAAA.so.0.AAAAAAAAAAAAAAAA.so.0.AAAA",
        };
        CustomId id;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (custom_id_read(*state, GUILD, texts[i], &id) != CUSTOM_ID_FOREIGN)
                        fail_msg("taken for ours: %s", texts[i]);
}

/* Whatever single character is changed, the text is refused: there is one spelling of each custom id. */
static void every_changed_character_is_refused(void **state) {
        char text[LIMIT_CUSTOM_ID + 1];
        CustomId id = {};

        assert_int_equal(custom_id_write(*state, GUILD, "sr", (const uint64_t[]) { 1234567 }, 1, text), 0);
        for (size_t i = 0; i < strlen(text); i++)
                for (int c = 1; c < 256; c++) {
                        char changed[LIMIT_CUSTOM_ID + 1];

                        strcpy(changed, text);
                        if (changed[i] == (char) c)
                                continue;
                        changed[i] = (char) c;
                        assert_true(custom_id_read(*state, GUILD, changed, &id) > 0);
                }
        assert_int_equal(id.n_ids, 0);  /* the output is untouched */
}

static void another_guild_or_key_is_forged(void **state) {
        _cleanup_(keys_freep) Keys *others = known_keys(KNOWN_KEY_M), *rotated = known_keys(KNOWN_KEY_M KNOWN_KEY_K);
        char text[LIMIT_CUSTOM_ID + 1];
        CustomId id;

        assert_int_equal(custom_id_write(*state, GUILD, "sr", (const uint64_t[]) { 7 }, 1, text), 0);
        assert_int_equal(custom_id_read(*state, OTHER, text, &id), CUSTOM_ID_FORGED);
        assert_int_equal(custom_id_read(others, GUILD, text, &id), CUSTOM_ID_FORGED);
        assert_int_equal(custom_id_read(rotated, GUILD, text, &id), 0);
        assert_int_equal(custom_id_write(rotated, GUILD, "sr", (const uint64_t[]) { 7 }, 1, text), 0);
        assert_int_equal(text[1], 'm');
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(written_is_read, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_longest_fits, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writing_keeps_to_the_grammar, set_up, tear_down),
                cmocka_unit_test_setup_teardown(foreign_text_is_foreign, set_up, tear_down),
                cmocka_unit_test_setup_teardown(every_changed_character_is_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(another_guild_or_key_is_forged, set_up, tear_down),
        };

        return cmocka_run_group_tests_name("custom-id", tests, NULL, NULL);
}
