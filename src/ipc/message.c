#include "magikal/ipc.h"

#include <errno.h>

#include "magikal/json.h"

/*
 * Codecs of messages.def, made by the preprocessor. A message is its number (2 bytes), then its fields in order; integers are little-endian;
 * a text is length (2 bytes), bytes, NUL; bytes are length (4 bytes), bytes. The NUL is sent so that the receiver can point into what it got.
 *
 * Both directions check the same ranges: a sender learns of its bug at once, and a receiver trusts nobody.
 */

/* ---- checks: may this message be sent? ------------------------------------------------------------------------------------ */

static bool is_in_range(uint64_t value, uint64_t min, uint64_t max) {
        return value >= min && value <= max;
}

static bool is_sendable_text(const char *text, size_t max) {
        size_t n = text ? strlen(text) : 0;

        return n <= max && (n == 0 || utf8_is_valid(text, n));
}

#define U32(name, min, max) &&is_in_range(v->name, (min), (max))
#define U64(name, min, max) &&is_in_range(v->name, (min), (max))
#define TEXT(name, max) &&is_sendable_text(v->name, (max))
#define BYTES(name, max) &&is_in_range(v->n_##name, 0, (max)) && (v->name || v->n_##name == 0)
#define MESSAGE(number, ID, member, direction, fields)                          \
        static bool check_##member(const IpcMessage *message) {                 \
                const __typeof__(message->member) *v = &message->member;        \
                (void) v;                                                       \
                return true fields;                                             \
        }
#include "magikal/messages.def"
#undef MESSAGE
#undef U32
#undef U64
#undef TEXT
#undef BYTES

/* ---- writing --------------------------------------------------------------------------------------------------------------- */

static void put_integer(StrBuf *out, uint64_t value, size_t n_bytes) {
        uint8_t bytes[8];

        for (size_t i = 0; i < n_bytes; i++)
                bytes[i] = (uint8_t) (value >> (8 * i));
        strbuf_append_bytes(out, bytes, n_bytes);
}

static void put_text(StrBuf *out, const char *text) {
        size_t n = text ? strlen(text) : 0;

        put_integer(out, n, 2);
        strbuf_append_bytes(out, text ? text : "", n + 1);
}

static void put_bytes(StrBuf *out, const uint8_t *bytes, size_t n) {
        put_integer(out, n, 4);
        if (n > 0)
                strbuf_append_bytes(out, bytes, n);
}

#define U32(name, min, max) put_integer(out, v->name, 4);
#define U64(name, min, max) put_integer(out, v->name, 8);
#define TEXT(name, max) put_text(out, v->name);
#define BYTES(name, max) put_bytes(out, v->name, v->n_##name);
#define MESSAGE(number, ID, member, direction, fields)                          \
        static void encode_##member(const IpcMessage *message, StrBuf *out) {   \
                const __typeof__(message->member) *v = &message->member;        \
                (void) v;                                                       \
                put_integer(out, (number), 2);                                  \
                fields                                                          \
        }
#include "magikal/messages.def"
#undef MESSAGE
#undef U32
#undef U64
#undef TEXT
#undef BYTES

int ipc_encode(const IpcMessage *message, StrBuf *out) {
        switch (message->type) {
#define MESSAGE(number, ID, member, direction, fields)  \
        case IPC_##ID:                                  \
                if (!check_##member(message))           \
                        return -EINVAL;                 \
                encode_##member(message, out);          \
                break;
#include "magikal/messages.def"
#undef MESSAGE
        default:
                return -EINVAL;
        }
        return out->error;
}

/* ---- reading --------------------------------------------------------------------------------------------------------------- */

typedef struct Reader {
        const uint8_t *at;
        size_t n_left;
        bool is_bad;            /* sticks */
} Reader;

static const uint8_t *take(Reader *r, size_t n_bytes) {
        const uint8_t *at = r->at;

        if (r->is_bad || r->n_left < n_bytes) {
                r->is_bad = true;
                return NULL;
        }
        r->at += n_bytes;
        r->n_left -= n_bytes;
        return at;
}

static uint64_t take_integer(Reader *r, size_t n_bytes, uint64_t min, uint64_t max) {
        const uint8_t *at = take(r, n_bytes);
        uint64_t value = 0;

        if (!at)
                return 0;
        for (size_t i = 0; i < n_bytes; i++)
                value |= (uint64_t) at[i] << (8 * i);
        if (!is_in_range(value, min, max))
                r->is_bad = true;
        return value;
}

static const char *take_text(Reader *r, size_t max) {
        size_t n = (size_t) take_integer(r, 2, 0, max);
        const uint8_t *at = take(r, n + 1);

        if (!at || at[n] != '\0' || (n > 0 && !utf8_is_valid((const char *) at, n))) {
                r->is_bad = true;
                return "";
        }
        return (const char *) at;
}

static const uint8_t *take_bytes(Reader *r, size_t max, size_t *ret_n) {
        size_t n = (size_t) take_integer(r, 4, 0, max);

        *ret_n = n;
        return take(r, n);
}

#define U32(name, min, max) v->name = (uint32_t) take_integer(r, 4, (min), (max));
#define U64(name, min, max) v->name = take_integer(r, 8, (min), (max));
#define TEXT(name, max) v->name = take_text(r, (max));
#define BYTES(name, max) v->name = take_bytes(r, (max), &v->n_##name);
#define MESSAGE(number, ID, member, direction, fields)                          \
        static void decode_##member(Reader *r, IpcMessage *message) {           \
                __typeof__(message->member) *v = &message->member;              \
                (void) v;                                                       \
                (void) r;                                                       \
                fields                                                          \
        }
#include "magikal/messages.def"
#undef MESSAGE
#undef U32
#undef U64
#undef TEXT
#undef BYTES

int ipc_decode(const void *bytes, size_t n_bytes, IpcMessage *ret) {
        Reader reader = { .at = bytes, .n_left = n_bytes };
        IpcMessage message = {};

        message.type = (IpcType) take_integer(&reader, 2, 1, UINT16_MAX);
        if (reader.is_bad)
                return -EBADMSG;

        switch (message.type) {
#define MESSAGE(number, ID, member, direction, fields)  \
        case IPC_##ID:                                  \
                decode_##member(&reader, &message);     \
                break;
#include "magikal/messages.def"
#undef MESSAGE
        default:
                return -EBADMSG;
        }
        if (reader.is_bad || reader.n_left > 0)
                return -EBADMSG;

        *ret = message;
        return 0;
}

/* ---- names ----------------------------------------------------------------------------------------------------------------- */

const char *ipc_type_to_string(IpcType type) {
        switch (type) {
#define MESSAGE(number, ID, member, direction, fields) \
        case IPC_##ID:                                 \
                return #ID;
#include "magikal/messages.def"
#undef MESSAGE
        default:
                return NULL;
        }
}

unsigned ipc_type_directions(IpcType type) {
        switch (type) {
#define MESSAGE(number, ID, member, direction, fields) \
        case IPC_##ID:                                 \
                return (direction);
#include "magikal/messages.def"
#undef MESSAGE
        default:
                return 0;
        }
}
