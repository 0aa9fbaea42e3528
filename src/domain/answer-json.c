/*
 * Answers in the database:
 *
 *      {"type":"keywords","keywords":["Mining","Salvage"]}
 *      {"type":"time_range","local":[[1080,1350]],"zone":"Europe/Berlin","day":20782,"uk":[[1020,1290]]}
 *      {"type":"yes_no","yes":true}
 *      {"type":"short","text":"…"}                     also "paragraph"
 *
 * Minutes after midnight, days since 1970; zone, day and uk come together or not at all. PostgreSQL's jsonb keeps members in an order of
 * its own, so no order is asked for; everything else must be as it was written.
 */

#include <errno.h>

#include "magikal/answer.h"
#include "magikal/cleanup.h"
#include "magikal/text-clean.h"

#define UK_DAY_MAX 200000               /* the year 2517 */

static void write_spans(JsonWriter *w, const char *key, const TimeSpan *spans, size_t n) {
        json_array(w, key);
        for (size_t i = 0; i < n; i++) {
                json_open_array(w);
                json_put_i64(w, spans[i].from_min);
                json_put_i64(w, spans[i].to_min);
                json_close_array(w);
        }
        json_close_array(w);
}

void answer_write(JsonWriter *w, const Answer *answer) {
        json_open(w);
        json_string(w, "type", answer_kind_to_string(answer->kind));
        switch (answer->kind) {
        case ANSWER_KEYWORDS:
                json_array(w, "keywords");
                for (size_t i = 0; i < answer->n_keywords; i++)
                        json_put_string(w, answer->keywords[i]);
                json_close_array(w);
                break;
        case ANSWER_TIME_RANGE:
                write_spans(w, "local", answer->spans, answer->n_spans);
                if (answer->has_uk) {
                        json_string(w, "zone", answer->zone.text);
                        json_i64(w, "day", answer->uk_day);
                        write_spans(w, "uk", answer->uk_spans, answer->n_spans);
                }
                break;
        case ANSWER_YES_NO:
                json_bool(w, "yes", answer->is_yes);
                break;
        case ANSWER_SHORT:
        case ANSWER_PARAGRAPH:
                json_string(w, "text", answer->text ? answer->text : "");
                break;
        case _ANSWER_KIND_MAX:
                break;
        }
        json_close(w);
}

/* ---- reading -------------------------------------------------------------------------------------------------------------------- */

/* What is missing, null or of another type is as bad as what is wrong. */
static int required(int r) {
        return r > 0 ? -EBADMSG : r;
}

static bool has_members(const Json *object, int n) {
        JSON_FOREACH(member, object)
                n--;
        return n == 0;
}

/* A stored text is what reading would make of it again. */
static int check_read(AnswerKind kind, const char *typed, Answer *ret) {
        AnswerProblem problem;
        int r = answer_read(kind, typed, ret, &problem);

        return r > 0 || r == -EINVAL ? -EBADMSG : r;
}

static int read_text(AnswerKind kind, const Json *json, Answer *ret) {
        _answer_ Answer answer = {};
        const char *text;
        int r;

        r = required(json_get_string(json, "text", &text));
        if (r < 0)
                return r;
        r = check_read(kind, text, &answer);
        if (r < 0)
                return r;
        if (!has_members(json, 2) || !streq(answer.text, text))
                return -EBADMSG;
        *ret = answer;
        answer = (Answer) {};   /* handed over */
        return 0;
}

/* Typed with commas, these words must come out again, each as it was. */
static int read_keywords(const Json *json, Answer *ret) {
        _answer_ Answer answer = {};
        _strbuf_ StrBuf typed = {};
        const Json *list;
        size_t i = 0;
        int r;

        r = required(json_get_array(json, "keywords", &list));
        if (r < 0)
                return r;
        JSON_FOREACH(word, list) {
                if (!json_is_string(word))
                        return -EBADMSG;
                strbuf_append(&typed, typed.n_bytes > 0 ? "," : "");
                strbuf_append(&typed, json_text(word));
        }
        if (typed.error < 0)
                return typed.error;
        r = check_read(ANSWER_KEYWORDS, strbuf_text(&typed), &answer);
        if (r < 0)
                return r;
        if (!has_members(json, 2) || (size_t) json_array_size(list) != answer.n_keywords)
                return -EBADMSG;
        JSON_FOREACH(word, list)
                if (!streq(json_text(word), answer.keywords[i++]))
                        return -EBADMSG;
        *ret = answer;
        answer = (Answer) {};   /* handed over */
        return 0;
}

static int read_minutes(const Json *json, int *ret) {
        int64_t v;
        int r = json_to_i64(json, &v);

        if (r < 0 || v < -3 * MINUTES_PER_DAY || v > 4 * MINUTES_PER_DAY)
                return -EBADMSG;
        *ret = (int) v;
        return 0;
}

static int read_spans(const Json *json, const char *key, TimeSpan *spans, size_t *ret_n) {
        const Json *list;
        size_t n = 0;
        int r;

        r = required(json_get_array(json, key, &list));
        if (r < 0)
                return r;
        JSON_FOREACH(pair, list) {
                const Json *from = json_first(pair);

                if (n == ANSWER_SPANS_MAX || !json_is_array(pair) || json_array_size(pair) != 2)
                        return -EBADMSG;
                if (read_minutes(from, &spans[n].from_min) < 0 || read_minutes(json_next(from), &spans[n].to_min) < 0)
                        return -EBADMSG;
                n++;
        }
        *ret_n = n;
        return 0;
}

static bool is_local(TimeSpan span) {
        return span.from_min >= 0 && span.from_min < MINUTES_PER_DAY && span.to_min > span.from_min &&
               span.to_min <= (span.from_min == 0 ? MINUTES_PER_DAY : span.from_min + MINUTES_PER_DAY - 1);
}

static int read_uk(const Json *json, Answer *answer) {
        const char *zone;
        size_t n_uk = 0;
        int r;

        r = required(json_get_string(json, "zone", &zone));
        if (r == 0)
                r = required(json_get_i64(json, "day", &answer->uk_day));
        if (r == 0)
                r = read_spans(json, "uk", answer->uk_spans, &n_uk);
        if (r < 0)
                return r;
        if (n_uk != answer->n_spans || !timezone_is_name(zone) || answer->uk_day < 0 || answer->uk_day > UK_DAY_MAX)
                return -EBADMSG;
        copy_bytes(answer->zone.text, zone, strlen(zone));
        answer->has_uk = true;
        return 0;
}

static int read_times(const Json *json, Answer *ret) {
        Answer answer = { .kind = ANSWER_TIME_RANGE };
        int r;

        r = read_spans(json, "local", answer.spans, &answer.n_spans);
        if (r < 0)
                return r;
        for (size_t i = 0; i < answer.n_spans; i++) {
                if (!is_local(answer.spans[i]))
                        return -EBADMSG;
                for (size_t k = 0; k < i; k++)
                        if (answer.spans[i].from_min == answer.spans[k].from_min && answer.spans[i].to_min == answer.spans[k].to_min)
                                return -EBADMSG;
        }
        if (answer.n_spans == 0)
                return -EBADMSG;
        if (!has_members(json, 2)) {
                r = has_members(json, 5) ? read_uk(json, &answer) : -EBADMSG;
                if (r < 0)
                        return r;
        }
        *ret = answer;
        return 0;
}

static int read_yes_no(const Json *json, Answer *ret) {
        Answer answer = { .kind = ANSWER_YES_NO };
        int r;

        r = required(json_get_bool(json, "yes", &answer.is_yes));
        if (r < 0)
                return r;
        if (!has_members(json, 2))
                return -EBADMSG;
        *ret = answer;
        return 0;
}

int answer_from_json(const Json *json, Answer *ret_answer) {
        const char *type;
        AnswerKind kind;
        int r;

        r = required(json_get_string(json, "type", &type));
        if (r < 0)
                return r;
        if (answer_kind_from_string(type, &kind) < 0)
                return -EBADMSG;
        switch (kind) {
        case ANSWER_KEYWORDS:
                return read_keywords(json, ret_answer);
        case ANSWER_TIME_RANGE:
                return read_times(json, ret_answer);
        case ANSWER_YES_NO:
                return read_yes_no(json, ret_answer);
        case ANSWER_SHORT:
        case ANSWER_PARAGRAPH:
                return read_text(kind, json, ret_answer);
        case _ANSWER_KIND_MAX:
                break;
        }
        return -EBADMSG;
}
