/* Secrets: read from a file of one line, refused otherwise with a remedy, never printed. */

#include "magikal/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

static char path[] = "/tmp/test-secret-XXXXXX";

static int make_file(void **state) {
        int fd = mkstemp(path);

        (void) state;
        return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state) {
        (void) state;
        return unlink(path);
}

static void fill(const void *bytes, size_t n_bytes) {
        _close_ int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, bytes, n_bytes), (ssize_t) n_bytes);
}

static void one_line_is_read(void **state) {
        _cleanup_(secret_freep) Secret *a = NULL, *b = NULL;
        _free_ char *why = NULL;

        (void) state;
        fill("MTIz.abc-_\n", 11);
        assert_int_equal(secret_read_file(path, "token", &a, &why), 0);
        assert_string_equal(secret_reveal(a), "MTIz.abc-_");
        assert_string_equal(secret_to_string(a), "***");
        fill("x", 1);
        assert_int_equal(secret_read_file(path, "token", &b, &why), 0);
        assert_string_equal(secret_reveal(b), "x");
}

static void other_contents_are_refused(void **state) {
        static const struct {
                const char *bytes;
                size_t n_bytes;
        } rows[] = { { "", 0 }, { "\n", 1 }, { "a b\n", 4 }, { "a\nb\n", 4 }, { "a\0b", 3 }, { "\xc3\xa4\n", 3 }, { "a\r\n", 3 } };
        char big[SECRET_BYTES_MAX + 2];

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _free_ char *why = NULL;
                Secret *s = NULL;

                fill(rows[i].bytes, rows[i].n_bytes);
                assert_int_equal(secret_read_file(path, "[discord] token_file", &s, &why), -EINVAL);
                assert_null(s);
                assert_non_null(strstr(why, "[discord] token_file ("));
                assert_non_null(strstr(why, "one line"));
        }

        memset(big, 'a', sizeof(big));
        for (size_t n = SECRET_BYTES_MAX; n <= sizeof(big); n++) {
                _free_ char *why = NULL;
                _cleanup_(secret_freep) Secret *s = NULL;

                fill(big, n);
                assert_int_equal(secret_read_file(path, "token", &s, &why), n <= SECRET_BYTES_MAX ? 0 : -EINVAL);
        }
}

static void unreadable_files_say_what_to_do(void **state) {
        _free_ char *unset = NULL, *missing = NULL, *directory = NULL, *open_to_all = NULL;
        Secret *s = NULL;

        (void) state;
        assert_int_equal(secret_read_file(NULL, "token", &s, &unset), -ENOENT);
        assert_non_null(strstr(unset, "LoadCredential="));
        assert_int_equal(secret_read_file("/nonexistent/token", "token", &s, &missing), -ENOENT);
        assert_non_null(strstr(missing, "does not exist"));
        assert_int_equal(secret_read_file("/tmp", "token", &s, &directory), -EINVAL);
        fill("a\n", 2);
        assert_int_equal(chmod(path, 0606), 0);
        assert_int_equal(secret_read_file(path, "token", &s, &open_to_all), -EPERM);
        assert_int_equal(chmod(path, 0600), 0);
        assert_null(s);
}

static void from_text(void **state) {
        Secret *s = NULL;

        (void) state;
        assert_int_equal(secret_new("", &s), -EINVAL);
        assert_int_equal(secret_new("a\n", &s), -EINVAL);
        assert_int_equal(secret_new("abc", &s), 0);
        assert_string_equal(secret_reveal(s), "abc");
        assert_null(secret_free(s));
        assert_null(secret_free(NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_line_is_read),
                cmocka_unit_test(other_contents_are_refused),
                cmocka_unit_test(unreadable_files_say_what_to_do),
                cmocka_unit_test(from_text),
        };

        return cmocka_run_group_tests(tests, make_file, remove_file);
}
