#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "magikal/ipc.h"

/* Every row of messages.def, filled to both ends of its ranges by the same table that made the codec. */

static char text_of_max[256];
static uint8_t frame[IPC_FRAME_MAX + 1];

#define U32(name, min, max) m.MEMBER.name = is_max ? (max) : (min);
#define U64(name, min, max) m.MEMBER.name = is_max ? (max) : (min);
#define TEXT(name, max) m.MEMBER.name = is_max ? text_of_max + sizeof(text_of_max) - 1 - (max) : "";
#define BYTES(name, max)                                \
        m.MEMBER.name = frame;                          \
        m.MEMBER.n_##name = is_max ? (max) : 0;

typedef struct Row {
        const char *name;
        IpcType type;
        IpcMessage (*fill)(bool is_max);
} Row;

/* The field macros need to know the member; it is handed to them through a struct of that name. */
#define MESSAGE(number, ID, member, direction, fields)                  \
        static IpcMessage fill_##member(bool is_max) {                  \
                struct {                                                \
                        __typeof__(((IpcMessage *) 0)->member) MEMBER;  \
                } m = {};                                               \
                IpcMessage message = { .type = IPC_##ID };              \
                (void) is_max;                                          \
                fields                                                  \
                message.member = m.MEMBER;                              \
                return message;                                         \
        }
#include "magikal/messages.def"
#undef MESSAGE

static const Row rows[] = {
#define MESSAGE(number, ID, member, direction, fields) { #ID, IPC_##ID, fill_##member },
#include "magikal/messages.def"
#undef MESSAGE
};

static void encode(const IpcMessage *message, StrBuf *out) {
        assert_int_equal(ipc_encode(message, out), 0);
}

static void test_round_trip(_unused_ void **state) {
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                for (int is_max = 0; is_max < 2; is_max++) {
                        IpcMessage in = rows[i].fill(is_max), out;
                        _strbuf_ StrBuf first = {}, second = {};

                        encode(&in, &first);
                        assert_true(first.n_bytes <= IPC_MESSAGE_MAX);
                        assert_int_equal(ipc_decode(first.text, first.n_bytes, &out), 0);
                        assert_int_equal(out.type, rows[i].type);
                        encode(&out, &second);
                        assert_int_equal(first.n_bytes, second.n_bytes);
                        assert_memory_equal(first.text, second.text, first.n_bytes);
                }
}

/* A copy of exactly n bytes on the heap, so that a sanitizer sees a read beyond them. */
static int decode_copy(const char *bytes, size_t n_bytes) {
        _free_ char *copy = malloc(n_bytes > 0 ? n_bytes : 1);
        IpcMessage message;

        assert_non_null(copy);
        memcpy(copy, bytes, n_bytes);
        return ipc_decode(copy, n_bytes, &message);
}

static void test_truncated_and_too_long(_unused_ void **state) {
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                IpcMessage in = rows[i].fill(false);
                _strbuf_ StrBuf bytes = {};

                encode(&in, &bytes);
                for (size_t n = 0; n < bytes.n_bytes; n++)
                        assert_int_equal(decode_copy(bytes.text, n), -EBADMSG);
                strbuf_append_char(&bytes, 'x');
                assert_int_equal(decode_copy(bytes.text, bytes.n_bytes), -EBADMSG);
        }
}

static void test_every_byte_spoilt(_unused_ void **state) {
        /* No outcome is demanded but a clean one: the sanitizers are the judges. */
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                IpcMessage in = rows[i].fill(false);
                _strbuf_ StrBuf bytes = {};

                encode(&in, &bytes);
                for (size_t at = 0; at < bytes.n_bytes; at++) {
                        char was = bytes.text[at];

                        for (int value = 0; value < 256; value += 5) {
                                bytes.text[at] = (char) value;
                                (void) decode_copy(bytes.text, bytes.n_bytes);
                        }
                        bytes.text[at] = was;
                }
        }
}

static void test_ranges_when_sending(_unused_ void **state) {
        _strbuf_ StrBuf out = {};
        IpcMessage m;

        m = (IpcMessage) { .type = IPC_TICK, .tick.what = 0 };
        assert_int_equal(ipc_encode(&m, &out), -EINVAL);
        m.tick.what = IPC_TICK_MAX + 1;
        assert_int_equal(ipc_encode(&m, &out), -EINVAL);

        m = (IpcMessage){ .type = IPC_JOB,
                          .job = { .job = 1,
                                   .attempt = 1,
                                   .received_at = 1,
                                   .event = "X",
                                   .frame = frame,
                                   .n_frame = IPC_FRAME_MAX + 1 } };
        assert_int_equal(ipc_encode(&m, &out), -EINVAL);
        m.job.n_frame = 1;
        m.job.frame = NULL;
        assert_int_equal(ipc_encode(&m, &out), -EINVAL);
        m.job.frame = frame;
        m.job.event = text_of_max;
        assert_int_equal(ipc_encode(&m, &out), -EINVAL);
        m.job.event = "\xff";
        assert_int_equal(ipc_encode(&m, &out), -EINVAL);

        m = (IpcMessage) { .type = (IpcType) 999 };
        assert_int_equal(ipc_encode(&m, &out), -EINVAL);
        assert_int_equal(out.n_bytes, 0);
}

static void test_ranges_when_receiving(_unused_ void **state) {
        /* TICK 0, TICK 8, a number that is no message, a text with NUL inside, a text without its NUL */
        assert_int_equal(decode_copy("\x04\x00\x00\x00\x00\x00", 6), -EBADMSG);
        assert_int_equal(decode_copy("\x04\x00\x08\x00\x00\x00", 6), -EBADMSG);
        assert_int_equal(decode_copy("\x04\x00\x01\x00\x00\x00", 6), 0);
        assert_int_equal(decode_copy("\xe7\x03", 2), -EBADMSG);

        IpcMessage m = { .type = IPC_APOLOGISE, .apologise = { .job = 1, .received_at = 1, .reference = "AB" } };
        _strbuf_ StrBuf bytes = {};

        encode(&m, &bytes);
        char *reference = memmem(bytes.text, bytes.n_bytes, "AB", 2);
        assert_non_null(reference);
        reference[1] = '\0';
        assert_int_equal(decode_copy(bytes.text, bytes.n_bytes), -EBADMSG);
        reference[1] = 'B';
        reference[2] = 'C';
        assert_int_equal(decode_copy(bytes.text, bytes.n_bytes), -EBADMSG);
}

static void test_names_and_directions(_unused_ void **state) {
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                assert_string_equal(ipc_type_to_string(rows[i].type), rows[i].name);
                assert_int_not_equal(ipc_type_directions(rows[i].type), 0);
        }
        assert_null(ipc_type_to_string((IpcType) 999));
        assert_int_equal(ipc_type_directions((IpcType) 999), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_round_trip),
                cmocka_unit_test(test_truncated_and_too_long),
                cmocka_unit_test(test_every_byte_spoilt),
                cmocka_unit_test(test_ranges_when_sending),
                cmocka_unit_test(test_ranges_when_receiving),
                cmocka_unit_test(test_names_and_directions),
        };

        memset(text_of_max, 'x', sizeof(text_of_max) - 1);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
