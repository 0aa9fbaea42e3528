/* Keys: what is sealed opens again, and only then; a wrong key file is named with its line. */

#include "magikal/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff101112131415161718191a1b1c1d1e1f"

typedef struct Dir {
        char path[64], file[96];
} Dir;

static void put(Dir *d, const char *text) {
        FILE *f;

        f = fopen(d->file, "w");
        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

static int set_up(void **state) {
        Dir *d = new0(Dir, 1);

        strcpy(d->path, "/tmp/magikal-keys-XXXXXX");
        if (!mkdtemp(d->path))
                return -1;
        (void) snprintf(d->file, sizeof(d->file), "%s/key", d->path);
        *state = d;
        return 0;
}

static int tear_down(void **state) {
        Dir *d = *state;

        (void) unlink(d->file);
        (void) rmdir(d->path);
        free(d);
        return 0;
}

static Keys *load(Dir *d, const char *text) {
        _free_ char *why = NULL;
        Keys *keys = NULL;

        put(d, text);
        assert_int_equal(keys_load(d->file, d->file, d->file, &keys, &why), 0);
        assert_null(why);
        return keys;
}

static void refused(Dir *d, const char *text, const char *expected) {
        _free_ char *why = NULL;
        Keys *keys = NULL;

        put(d, text);
        assert_int_equal(keys_load(d->file, d->file, d->file, &keys, &why), -EBADMSG);
        assert_null(keys);
        assert_non_null(strstr(why, expected));
        assert_null(strstr(why, "0001020304"));         /* never the key itself */
}

static void test_wrong_files_are_named(void **state) {
        Dir *d = *state;
        _free_ char *why = NULL;
        Keys *keys = NULL;

        refused(d, "", "no key in the file");
        refused(d, "\n\n", "no key in the file");
        refused(d, "0 " KEY_A "\nA " KEY_B "\n", "/key:2: the line is not");
        refused(d, "0 " KEY_A "0\n", "/key:1: the line is not");
        refused(d, "0 00010203\n", "/key:1: the line is not");
        refused(d, "0 " KEY_A "\r\n", "/key:1: the line is not");
        refused(d, "0 " KEY_A "\n\n0 " KEY_B "\n", "/key:3: the line uses the id");
        refused(d, "0 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g\n", "/key:1: the line holds");

        (void) unlink(d->file);
        assert_int_equal(keys_load(d->file, d->file, d->file, &keys, &why), -ENOENT);
        assert_non_null(strstr(why, "cannot be opened"));
}

static void test_seal_and_open(void **state) {
        _cleanup_(keys_freep) Keys *keys = load(*state, "0 " KEY_A "\n");
        _strbuf_ StrBuf sealed = {}, again = {}, clear = {}, empty = {};

        assert_int_equal(keys_seal(keys, "a question", 10, &sealed), 0);
        assert_int_equal(keys_seal(keys, "a question", 10, &again), 0);
        assert_int_equal(sealed.n_bytes, 2 + 24 + 10 + 16);
        assert_memory_not_equal(sealed.text, again.text, sealed.n_bytes);       /* a fresh nonce each time */
        assert_int_equal(keys_open(keys, sealed.text, sealed.n_bytes, &clear), 0);
        assert_string_equal(strbuf_text(&clear), "a question");

        for (size_t i = 0; i < sealed.n_bytes; i++) {
                sealed.text[i] ^= 1;
                strbuf_clear(&clear);
                assert_int_equal(keys_open(keys, sealed.text, sealed.n_bytes, &clear), -EBADMSG);
                assert_int_equal(clear.n_bytes, 0);
                sealed.text[i] ^= 1;
        }
        for (size_t n = 0; n < sealed.n_bytes; n++)
                assert_int_equal(keys_open(keys, sealed.text, n, &clear), -EBADMSG);

        assert_int_equal(keys_seal(keys, NULL, 0, &empty), 0);
        assert_int_equal(keys_open(keys, empty.text, empty.n_bytes, &clear), 0);
        assert_int_equal(clear.n_bytes, 0);
}

static void test_rotation(void **state) {
        _cleanup_(keys_freep) Keys *before = load(*state, "0 " KEY_A "\n");
        _cleanup_(keys_freep) Keys *after = load(*state, "1 " KEY_B "\n0 " KEY_A "\n");
        _strbuf_ StrBuf sealed = {}, clear = {};
        char mac[KEYS_MAC_CHARS + 1];

        assert_int_equal(keys_seal(before, "x", 1, &sealed), 0);
        assert_int_equal(keys_open(after, sealed.text, sealed.n_bytes, &clear), 0);
        strbuf_clear(&sealed);
        assert_int_equal(keys_seal(after, "x", 1, &sealed), 0);
        assert_int_equal(keys_open(before, sealed.text, sealed.n_bytes, &clear), -EBADMSG);

        keys_mac(before, "control", 7, mac);
        assert_int_equal(keys_mac_key_id(before), '0');
        assert_int_equal(keys_mac_key_id(after), '1');
        assert_true(keys_mac_is_right(after, '0', "control", 7, mac));
        assert_false(keys_mac_is_right(after, '1', "control", 7, mac));
        assert_false(keys_mac_is_right(before, '1', "control", 7, mac));
}

static void test_mac(void **state) {
        _cleanup_(keys_freep) Keys *keys = load(*state, "0 " KEY_A "\n");
        char mac[KEYS_MAC_CHARS + 1];

        keys_mac(keys, "guild.control.1", 15, mac);
        assert_int_equal(strlen(mac), KEYS_MAC_CHARS);
        assert_int_equal(strspn(mac, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), KEYS_MAC_CHARS);
        assert_true(keys_mac_is_right(keys, '0', "guild.control.1", 15, mac));
        assert_false(keys_mac_is_right(keys, '0', "guild.control.2", 15, mac));
        assert_false(keys_mac_is_right(keys, '0', "guild.control.1", 15, ""));
        mac[15] = mac[15] == 'A' ? 'B' : 'A';
        assert_false(keys_mac_is_right(keys, '0', "guild.control.1", 15, mac));
}

static void test_lookup_differs_by_guild_user_and_key(void **state) {
        _cleanup_(keys_freep) Keys *a = load(*state, "0 " KEY_A "\n"), *b = load(*state, "0 " KEY_B "\n");
        uint8_t h[4][KEYS_LOOKUP_BYTES], same[KEYS_LOOKUP_BYTES];

        keys_lookup(a, 11, 1, h[0]);
        keys_lookup(a, 1, 11, h[1]);
        keys_lookup(a, 11, 2, h[2]);
        keys_lookup(b, 11, 1, h[3]);
        keys_lookup(a, 11, 1, same);
        assert_memory_equal(h[0], same, sizeof(same));
        for (int i = 1; i < 4; i++)
                assert_memory_not_equal(h[0], h[i], KEYS_LOOKUP_BYTES);
}

static void test_generated_file(void **state) {
        Dir *d = *state;
        _cleanup_(keys_freep) Keys *keys = NULL;
        _free_ char *why = NULL;
        struct stat st;

        (void) unlink(d->file);
        assert_int_equal(keys_generate_file(d->file), 0);
        assert_int_equal(stat(d->file, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(st.st_size, 67);
        assert_int_equal(keys_load(d->file, d->file, d->file, &keys, &why), 0);
        assert_int_equal(keys_generate_file(d->file), -EEXIST);
        assert_int_equal(keys_generate_file("/nonexistent/key"), -ENOENT);
}

static void test_hash(void **state) {
        char text[44], cut[9];

        (void) state;
        hash_base64url("abc", 3, text, 43);
        /* what "b2sum -l 256" says of "abc" */
        assert_string_equal(text, "vd2BPGNCOXIxce8_7phXm5SWTjuxyz5CcmLIwGjVIxk");
        hash_base64url("abc", 3, cut, 8);
        assert_string_equal(cut, "vd2BPGNC");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_wrong_files_are_named, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_seal_and_open, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_rotation, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_mac, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_lookup_differs_by_guild_user_and_key, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_generated_file, set_up, tear_down),
                cmocka_unit_test(test_hash),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
