/* The few shapes a reply can have. */

#include "sandbox.h"

#include <stdio.h>

void sbx_reply_done(SbxReply *reply) {
        strbuf_done(&reply->body);
}

void sbx_reply_json(SbxReply *reply, int status, JsonWriter *take_writer) {
        _free_ char *text = NULL;

        if (json_writer_finish(take_writer, &text) < 0) {
                sbx_reply_error(reply, 500, 0, "500: Internal Server Error");
                return;
        }
        sbx_reply_text(reply, status, text);
}

void sbx_reply_text(SbxReply *reply, int status, const char *json) {
        reply->status = status;
        reply->code = 0;
        strbuf_clear(&reply->body);
        strbuf_append(&reply->body, json);
}

void sbx_reply_empty(SbxReply *reply) {
        sbx_reply_text(reply, 204, "");
}

void sbx_reply_error(SbxReply *reply, int status, int code, const char *message) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;

        json_open(&w);
        json_string(&w, "message", message);
        json_i64(&w, "code", code);
        json_close(&w);
        sbx_reply_text(reply, status, json_writer_finish(&w, &text) < 0 ? "{\"message\":\"\",\"code\":0}" : text);
        reply->code = code;
}

void sbx_reply_refuse(SbxReply *reply, int status, const char *format, ...) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        _strbuf_ StrBuf sentence = {};
        va_list ap;

        va_start(ap, format);
        strbuf_appendv(&sentence, format, ap);
        va_end(ap);
        json_open(&w);
        json_string(&w, "error", strbuf_text(&sentence));
        json_close(&w);
        sbx_reply_text(reply, status, json_writer_finish(&w, &text) < 0 ? "{\"error\":\"\"}" : text);
}
