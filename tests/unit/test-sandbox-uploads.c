/* Attachments are read back at their address, pictures to be shown and everything else to be saved, the newest of them. */

#include "sandbox-rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sandbox/uploads.h"

static void types_are_told_by_word_or_by_name(void **state _unused_) {
        assert_string_equal(uploads_type_of("a.png", "application/octet-stream"), "image/png");
        assert_string_equal(uploads_type_of("A.JPEG", ""), "image/jpeg");
        assert_string_equal(uploads_type_of("picture", "image/webp"), "image/webp");
        assert_string_equal(uploads_type_of("a.png", "text/plain"), "text/plain");
        assert_string_equal(uploads_type_of("a.svg", "image/svg+xml"), "application/octet-stream");
        assert_string_equal(uploads_type_of("noname", "x\r\nEvil: 1"), "application/octet-stream");
}

static void a_file_comes_back_at_its_address(void **state) {
        static const char bytes[] = { 'a', '\0', 'b' };
        Rig *rig = *state;
        const SbxFile file = { .filename = "ä b.png", .content_type = "application/octet-stream", .bytes = bytes, .n_bytes = sizeof(bytes) };
        _strbuf_ StrBuf url = {}, beginning = {};
        _reply_ HttpReply r = {};
        const char *type = NULL;

        assert_int_equal(sbx_keep_file(rig->sandbox, 77, file.filename, &file, &url, &type), 0);
        assert_string_equal(type, "image/png");
        strbuf_appendf(&beginning, "http://%s/attachments/", http_address(rig->sandbox->http));
        assert_int_equal(strncmp(strbuf_text(&url), strbuf_text(&beginning), beginning.n_bytes), 0);
        assert_non_null(strstr(strbuf_text(&url), "/77/%C3%A4%20b.png"));

        rig_call(rig, "GET", strstr(strbuf_text(&url), "/attachments/"), NULL, &r);
        assert_int_equal(r.status, 200);
        assert_string_equal(http_reply_header(&r, "Content-Type"), "image/png");
        assert_string_equal(http_reply_header(&r, "Content-Length"), "3");
        assert_memory_equal(r.body, bytes, sizeof(bytes));
        assert_string_equal(http_reply_header(&r, "Content-Disposition"), "");
}

static void what_is_no_picture_is_saved_and_runs_nothing(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply r = {};

        assert_int_equal(uploads_add(rig->sandbox->uploads, 5, "text/html", "<script>", 8), 0);
        rig_call(rig, "GET", "/attachments/1/5/page.html", NULL, &r);
        assert_int_equal(r.status, 200);
        assert_string_equal(http_reply_header(&r, "Content-Type"), "application/octet-stream");
        assert_string_equal(http_reply_header(&r, "Content-Disposition"), "attachment");
        assert_string_equal(http_reply_header(&r, "Content-Security-Policy"), "default-src 'none'; sandbox");
        assert_string_equal(http_reply_header(&r, "X-Content-Type-Options"), "nosniff");
}

static void other_addresses_are_no_files(void **state) {
        static const char *const bad[] = { "/attachments/", "/attachments/1", "/attachments/1/2", "/attachments/1/6/x", "/attachments/1/5x/x",
                                           "/attachments//5", "/attachments/1//x" };
        Rig *rig = *state;

        assert_int_equal(uploads_add(rig->sandbox->uploads, 5, "image/png", "x", 1), 0);
        rig_expect(rig, "GET", "/attachments/1/5/x", NULL, 200);
        rig_expect(rig, "POST", "/attachments/1/5/x", "{}", 404);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                rig_expect(rig, "GET", bad[i], NULL, 404);
}

static void the_oldest_go_when_there_are_too_many_bytes(void **state _unused_) {
        const size_t n_bytes = UPLOADS_BYTES_MAX / 2;
        _cleanup_(uploads_freep) Uploads *uploads = uploads_new();
        char *bytes = calloc(n_bytes, 1);

        assert_non_null(uploads);
        assert_non_null(bytes);
        for (uint64_t id = 1; id <= 3; id++)
                assert_int_equal(uploads_add(uploads, id, "image/png", bytes, n_bytes), 0);
        free(bytes);
        assert_null(uploads_find(uploads, "0/1/x"));
        assert_non_null(uploads_find(uploads, "0/2/x"));
        assert_int_equal(uploads_find(uploads, "0/3/x")->n_bytes, n_bytes);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(types_are_told_by_word_or_by_name),
                cmocka_unit_test_setup_teardown(a_file_comes_back_at_its_address, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(what_is_no_picture_is_saved_and_runs_nothing, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(other_addresses_are_no_files, rig_set_up, rig_tear_down),
                cmocka_unit_test(the_oldest_go_when_there_are_too_many_bytes),
        };

        return cmocka_run_group_tests_name("sandbox uploads", tests, NULL, NULL);
}
