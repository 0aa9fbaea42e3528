/* Answers: whatever is accepted can be shown, typed again and stored, and means the same afterwards; nothing else is restored. */

#include "magikal/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static char *stored(const Answer *answer) {
        _json_writer_ JsonWriter w = {};
        char *text = NULL;

        answer_write(&w, answer);
        must(json_writer_finish(&w, &text) == 0);
        return text;
}

/* Restored from what was stored, it is stored the same. */
static void restores(const char *text) {
        _answer_ Answer answer = {};
        _json_ Json *json = NULL;
        _free_ char *again = NULL;

        must(json_parse(text, strlen(text), &json) == 0);
        must(answer_from_json(json, &answer) == 0);
        again = stored(&answer);
        must(streq(text, again));
}

static void accepted_means_the_same(Answer *answer) {
        static const ZoneRules zone = { .offset = 5 * 3600 + 45 * 60 }, uk = {};
        _strbuf_ StrBuf shown = {}, typed = {};
        _answer_ Answer again = {};
        AnswerProblem problem = {};
        _free_ char *text = stored(answer), *text_again = NULL, *text_uk = NULL;

        restores(text);
        answer_append_typed(&typed, answer);
        must(answer_read(answer->kind, strbuf_text(&typed), &again, &problem) == 0);
        text_again = stored(&again);
        must(streq(text, text_again));

        answer_add_uk(answer, "UTC+5:45", &zone, &uk, 20463);
        text_uk = stored(answer);
        restores(text_uk);
        answer_append_shown(&shown, LANG_EN, answer);
        must(shown.error == 0 && utf8_is_valid(strbuf_text(&shown), shown.n_bytes));
}

static void typed_is_read(AnswerKind kind, const char *text) {
        _answer_ Answer answer = {};
        AnswerProblem problem = {};
        _strbuf_ StrBuf out = {};
        int r;

        r = answer_read(kind, text, &answer, &problem);
        must(r >= 0);
        if (r == 0) {
                accepted_means_the_same(&answer);
                return;
        }
        must(r == (int) problem.reason && utf8_is_valid(problem.piece, strlen(problem.piece)));
        answer_append_problem(&out, LANG_EN, &problem);
        must(out.error == 0);
}

static void foreign_json_is_refused(const char *text, size_t n_bytes) {
        _answer_ Answer answer = {};
        _json_ Json *json = NULL;
        _free_ char *again = NULL;

        if (json_parse(text, n_bytes, &json) < 0 || answer_from_json(json, &answer) < 0)
                return;
        again = stored(&answer);
        restores(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        _free_ char *text = malloc(n_bytes + 1);

        must(text != NULL);
        copy_bytes(text, data, n_bytes);
        text[n_bytes] = '\0';
        foreign_json_is_refused(text, n_bytes);
        if (n_bytes > 0 && utf8_is_valid(text + 1, strlen(text + 1)))   /* else it cannot come from a parsed document */
                typed_is_read((AnswerKind) (data[0] % _ANSWER_KIND_MAX), text + 1);
        return 0;
}
