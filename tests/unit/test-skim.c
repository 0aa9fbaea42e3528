/* The skimmer: what it finds, what it refuses, and that cut or mutilated text never makes it read outside (run under ASan). */

#include "magikal/skim.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "magikal/strbuf.h"

static void envelope_is_found_in_any_order(void **state) {
        static const char *const frames[] = {
                "{\"op\":0,\"t\":\"GUILD_MEMBER_ADD\",\"s\":42,\"d\":{\"id\":\"9\",\"guild_id\":\"800000000000000001\"}}",
                " { \"d\" : { \"x\":{\"id\":\"1\"}, \"guild_id\" : \"800000000000000001\" , \"id\":\"9\" } , \"s\" : 42 , \"t\":\"GUILD_MEMBER_ADD\", \"op\" : 0 } ",
                "{\"z\":[{\"op\":5,\"s\":1,\"q\":\"\\\"}{\\\\\"}],\"op\":0,\"t\":\"GUILD_MEMBER_ADD\",\"s\":42,\"d\":{\"guild_id\":\"800000000000000001\",\"id\":9}}",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(frames); i++) {
                SkimEnvelope e;

                assert_int_equal(skim_envelope(frames[i], strlen(frames[i]), &e), 0);
                assert_int_equal(e.op, 0);
                assert_int_equal(e.seq, 42);
                assert_string_equal(e.event, "GUILD_MEMBER_ADD");
                assert_int_equal(e.guild, UINT64_C(800000000000000001));
                assert_int_equal(e.id, 9);
                assert_int_equal(e.d.type, SKIM_OBJECT);
                assert_int_equal(e.d.text[0], '{');
                assert_int_equal(e.d.text[e.d.n_bytes - 1], '}');
        }
}

static void envelope_without_data(void **state) {
        static const struct {
                const char *frame;
                int64_t op, seq;
                SkimType d;
        } rows[] = {
                { "{\"op\":11}", 11, -1, SKIM_MISSING },
                { "{\"op\":7,\"d\":null,\"s\":null,\"t\":null}", 7, -1, SKIM_NULL },
                { "{\"op\":9,\"d\":true}", 9, -1, SKIM_BOOL },
                { "{\"op\":1,\"d\":12,\"s\":0}", 1, 0, SKIM_NUMBER },
                { "{\"op\":99,\"d\":[1,{\"id\":\"3\"}],\"extra\":\"\\u0000\"}", 99, -1, SKIM_ARRAY },
                { "{\"op\":0,\"d\":{\"id\":{},\"guild_id\":null},\"s\":1}", 0, 1, SKIM_OBJECT },
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                SkimEnvelope e;

                assert_int_equal(skim_envelope(rows[i].frame, strlen(rows[i].frame), &e), 0);
                assert_int_equal(e.op, rows[i].op);
                assert_int_equal(e.seq, rows[i].seq);
                assert_int_equal(e.d.type, rows[i].d);
                assert_string_equal(e.event, "");
                assert_int_equal(e.id, 0);
                assert_int_equal(e.guild, 0);
        }
}

static void what_is_no_envelope_is_refused(void **state) {
        static const char *const frames[] = {
                "", " ", "null", "[]", "\"op\"", "{}", "{\"op\":null}", "{\"op\":\"0\"}", "{\"op\":1.5}", "{\"op\":1e3}", "{\"op\":0", "{\"op\":0}}",
                "{\"op\":0}x", "{\"op\":0,}", "{,\"op\":0}", "{\"op\" 0}", "{op:0}", "{\"op\":0,\"d\":{]}", "{\"op\":0,\"d\":[{}}", "{\"op\":0,\"d\":{\"a\"}}",
                "{\"op\":0,\"d\":\"}", "{\"op\":0,\"d\":\"\\\"}", "{\"op\":0,\"s\":-1}", "{\"op\":0,\"s\":\"1\"}", "{\"op\":0,\"s\":99999999999999999999}",
                "{\"op\":0,\"t\":\"lower\"}", "{\"op\":0,\"t\":5}", "{\"op\":0,\"t\":\"A\\u0041\"}", "{\"op\":0,\"t\":\"\"}", "{\"op\":0,\"d\":nul}", "{\"op\":0,\"d\":}",
                "{\"op\":0,\"t\":\"A2345678901234567890123456789012345678901234567890123456789012345\"}", "{\"op\":0 \"s\":1}", "{\"op\":-9223372036854775809}",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(frames); i++) {
                SkimEnvelope e = { .op = 77 };

                if (skim_envelope(frames[i], strlen(frames[i]), &e) != -EBADMSG)
                        fail_msg("accepted: %s", frames[i]);
                assert_int_equal(e.op, 77);
        }
}

static void depth_is_bounded(void **state) {
        for (int depth = SKIM_DEPTH_MAX; depth <= SKIM_DEPTH_MAX + 1; depth++) {
                _strbuf_ StrBuf frame = {};
                SkimEnvelope e;

                (void) state;
                strbuf_append(&frame, "{\"op\":0,\"x\":");
                for (int i = 0; i < depth; i++)
                        strbuf_append_char(&frame, '[');
                for (int i = 0; i < depth; i++)
                        strbuf_append_char(&frame, ']');
                strbuf_append_char(&frame, '}');
                assert_int_equal(skim_envelope(strbuf_text(&frame), frame.n_bytes, &e), depth <= SKIM_DEPTH_MAX ? 0 : -EBADMSG);
        }
}

static void members_and_their_types(void **state) {
        static const char text[] = "{\"a\":\"!close\",\"b\":true,\"c\":false,\"d\":-7,\"e\":\"18446744073709551615\",\"f\":\"wss:\\/\\/x\",\"g\":1.5,\"h\":"
                                   "\"18446744073709551616\",\"a2\":1,\"d\":-8}";
        static const char *const keys[] = { "a", "b", "c", "d", "e", "f", "g", "h", "missing" };
        SkimValue v[ELEMENTSOF(keys)];
        char copy[8];
        int64_t i;
        uint64_t u;

        (void) state;
        assert_int_equal(skim_object(text, strlen(text), keys, v, ELEMENTSOF(keys)), 0);
        assert_true(skim_begins_with(&v[0], "!close"));
        assert_true(skim_begins_with(&v[0], "!"));
        assert_false(skim_begins_with(&v[0], "!closed"));
        assert_false(skim_begins_with(&v[1], "t"));
        assert_true(skim_is_true(&v[1]));
        assert_false(skim_is_true(&v[2]));
        assert_int_equal(skim_to_i64(&v[3], &i), 0);
        assert_int_equal(i, -8);                /* the last of doubled keys */
        assert_int_equal(skim_to_u64(&v[4], &u), 0);
        assert_true(u == UINT64_MAX);
        assert_int_equal(skim_to_u64(&v[7], &u), -EBADMSG);
        assert_int_equal(skim_to_i64(&v[6], &i), -EBADMSG);
        assert_int_equal(skim_to_i64(&v[4], &i), -EBADMSG);
        assert_int_equal(skim_copy_plain(&v[0], copy, sizeof(copy)), 0);
        assert_string_equal(copy, "!close");
        assert_int_equal(skim_copy_plain(&v[4], copy, sizeof(copy)), -ENOBUFS);
        assert_int_equal(skim_copy_plain(&v[5], copy, sizeof(copy)), -EBADMSG);
        assert_int_equal(v[8].type, SKIM_MISSING);
        assert_int_equal(skim_object(NULL, 0, keys, v, ELEMENTSOF(keys)), -EBADMSG);
        assert_int_equal(skim_object("{\"a\":1", 6, keys, v, ELEMENTSOF(keys)), -EBADMSG);
        assert_int_equal(v[0].type, SKIM_MISSING);
}

/* Every cut and every single wrong byte: any answer is fine, reading outside is not. The copy has exactly the size, so ASan sees it. */
static void cut_and_mutilated_frames(void **state) {
        static const char frame[] = "{\"t\":\"INTERACTION_CREATE\",\"s\":3,\"op\":0,\"d\":{\"id\":\"1\",\"data\":{\"c\":[\"\\\\\\\"\",{}],\"n\":-1.5e3},\"guild_id\":\"2\"}}";
        static const char bytes[] = "\"\\{}[]:, 0a\0\xff";
        size_t n_bytes = strlen(frame);
        SkimEnvelope e;

        (void) state;
        for (size_t n = 0; n < n_bytes; n++) {
                _free_ char *cut = malloc(n > 0 ? n : 1);

                assert_non_null(cut);
                memcpy(cut, frame, n);
                assert_int_equal(skim_envelope(cut, n, &e), -EBADMSG);
        }
        for (size_t n = 0; n < n_bytes; n++)
                for (size_t b = 0; b < sizeof(bytes) - 1; b++) {
                        _free_ char *bad = malloc(n_bytes);

                        assert_non_null(bad);
                        memcpy(bad, frame, n_bytes);
                        bad[n] = bytes[b];
                        (void) skim_envelope(bad, n_bytes, &e);
                }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(envelope_is_found_in_any_order),
                cmocka_unit_test(envelope_without_data),
                cmocka_unit_test(what_is_no_envelope_is_refused),
                cmocka_unit_test(depth_is_bounded),
                cmocka_unit_test(members_and_their_types),
                cmocka_unit_test(cut_and_mutilated_frames),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
