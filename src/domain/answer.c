/*
 * Answers: what was typed becomes a value, and problems become sentences. Storage is answer-json.c, times of day are time-range.c.
 */

#include "magikal/answer.h"

#include <errno.h>
#include <strings.h>

#include "magikal/cleanup.h"
#include "magikal/text-clean.h"
#include "magikal/unicode.h"
#include "time-range.h"

/* clang-format off */
static const struct {
        const char *name;
        size_t limit;
} kinds[_ANSWER_KIND_MAX] = {
        [ANSWER_KEYWORDS]   = { "keywords",   400  },
        [ANSWER_TIME_RANGE] = { "time_range", 200  },
        [ANSWER_YES_NO]     = { "yes_no",     0    },
        [ANSWER_SHORT]      = { "short",      200  },
        [ANSWER_PARAGRAPH]  = { "paragraph",  1500 },
};

static const TextId problems[] = {
        [ANSWER_BLANK]         = TEXT_ANSWER_BLANK,
        [ANSWER_LONG]          = TEXT_ANSWER_LONG,
        [ANSWER_NOT_YES_NO]    = TEXT_ANSWER_NOT_YES_NO,
        [ANSWER_KEYWORD_LONG]  = TEXT_ANSWER_KEYWORD_LONG,
        [ANSWER_KEYWORDS_MANY] = TEXT_ANSWER_KEYWORDS_MANY,
        [ANSWER_TIME_WORDS]    = TEXT_ANSWER_TIME_WORDS,
        [ANSWER_TIME_ONE]      = TEXT_ANSWER_TIME_ONE,
        [ANSWER_TIME_HOUR]     = TEXT_ANSWER_TIME_HOUR,
        [ANSWER_TIME_MINUTE]   = TEXT_ANSWER_TIME_MINUTE,
        [ANSWER_TIME_EMPTY]    = TEXT_ANSWER_TIME_EMPTY,
        [ANSWER_TIMES_MANY]    = TEXT_ANSWER_TIMES_MANY,
};
/* clang-format on */

void answer_done(Answer *answer) {
        free(answer->text);
        for (size_t i = 0; i < answer->n_keywords; i++)
                free(answer->keywords[i]);
        *answer = (Answer) {};
}

size_t answer_kind_limit(AnswerKind kind) {
        return (unsigned) kind < _ANSWER_KIND_MAX ? kinds[kind].limit : 0;
}

const char *answer_kind_to_string(AnswerKind kind) {
        return (unsigned) kind < _ANSWER_KIND_MAX ? kinds[kind].name : NULL;
}

int answer_kind_from_string(const char *text, AnswerKind *ret) {
        for (int i = 0; i < _ANSWER_KIND_MAX; i++)
                if (streq(kinds[i].name, text)) {
                        *ret = (AnswerKind) i;
                        return 0;
                }
        return -EINVAL;
}

/* ---- problems ------------------------------------------------------------------------------------------------------------------- */

int answer_problem(AnswerProblem *problem, AnswerRefusal reason, const char *piece, size_t n_bytes) {
        const char *end = piece + n_bytes, *at;
        size_t n_characters = 0;
        uint32_t c;

        while (piece < end && *piece == ' ')
                piece++;
        while (end > piece && end[-1] == ' ')
                end--;
        for (at = piece; at < end && n_characters < ANSWER_PIECE_MAX; n_characters++)
                at += utf8_next(at, &c);
        problem->reason = reason;
        copy_bytes(problem->piece, piece, (size_t) (at - piece));
        problem->piece[at - piece] = '\0';
        return (int) reason;
}

void answer_append_problem(StrBuf *out, Lang lang, const AnswerProblem *problem) {
        bool is_known = problem->reason >= ANSWER_BLANK && problem->reason < ELEMENTSOF(problems);

        text_put(out, lang, problems[is_known ? problem->reason : ANSWER_BLANK],
                 TEXT_ARGS(ARG_WORDS("piece", problem->piece), ARG_NUMBER("limit", problem->limit)));
}

/* ---- reading -------------------------------------------------------------------------------------------------------------------- */

/* "," ";" newline, and the commas of Chinese and Japanese: bytes of the separator that is here, 0 for none. */
static size_t separator(const char *at) {
        if (*at && strchr(",;\n", *at))
                return 1;
        return strncmp(at, "\xE3\x80\x81", 3) == 0 || strncmp(at, "\xEF\xBC\x8C", 3) == 0 ? 3 : 0;
}

static bool is_same_word(const char *a, const char *b) {
        uint32_t c = 0, d = 0;
        size_t n_a, n_b;

        do {
                n_a = utf8_next(a, &c);
                n_b = utf8_next(b, &d);
                a += n_a;
                b += n_b;
        } while (n_a > 0 && n_b > 0 && unicode_lower(c) == unicode_lower(d));
        return n_a == 0 && n_b == 0;
}

static bool has_keyword(const Answer *answer, const char *word) {
        for (size_t i = 0; i < answer->n_keywords; i++)
                if (is_same_word(answer->keywords[i], word))
                        return true;
        return false;
}

static int read_keyword(Answer *answer, const char *at, size_t n_bytes, AnswerProblem *problem) {
        _free_ char *piece = strndup(at, n_bytes), *word = NULL;
        int r;

        if (!piece)
                return -ENOMEM;
        r = text_clean_line(piece, ANSWER_KEYWORD_MAX, &word);
        if (r == TEXT_CLEAN_LONG) {
                problem->limit = ANSWER_KEYWORD_MAX;
                return answer_problem(problem, ANSWER_KEYWORD_LONG, at, n_bytes);
        }
        if (r < 0)
                return r;
        if (r == TEXT_CLEAN_BLANK || has_keyword(answer, word))
                return 0;
        if (answer->n_keywords == ANSWER_KEYWORDS_MAX) {
                problem->limit = ANSWER_KEYWORDS_MAX;
                return answer_problem(problem, ANSWER_KEYWORDS_MANY, "", 0);
        }
        answer->keywords[answer->n_keywords++] = TAKE(word);
        return 0;
}

static int read_keywords(Answer *answer, const char *typed, AnswerProblem *problem) {
        while (*typed) {
                size_t n = 0;
                int r;

                while (typed[n] && separator(typed + n) == 0)
                        n++;
                r = read_keyword(answer, typed, n, problem);
                if (r != 0)
                        return r;
                typed += n + separator(typed + n);
        }
        return answer->n_keywords > 0 ? 0 : answer_problem(problem, ANSWER_BLANK, "", 0);
}

static int read_yes_no(Answer *answer, const char *typed, AnswerProblem *problem) {
        static const char *const yes[] = { "yes", "y" }, *const no[] = { "no", "n" };

        for (size_t i = 0; i < ELEMENTSOF(yes); i++) {
                answer->is_yes = strcasecmp(typed, yes[i]) == 0;
                if (answer->is_yes || strcasecmp(typed, no[i]) == 0)
                        return 0;
        }
        return answer_problem(problem, ANSWER_NOT_YES_NO, typed, strlen(typed));
}

static int read_kind(Answer *answer, char **text, AnswerProblem *problem) {
        switch (answer->kind) {
        case ANSWER_KEYWORDS:
                return read_keywords(answer, *text, problem);
        case ANSWER_TIME_RANGE:
                return time_range_read(*text, answer->spans, &answer->n_spans, problem);
        case ANSWER_YES_NO:
                return read_yes_no(answer, *text, problem);
        case ANSWER_SHORT:
        case ANSWER_PARAGRAPH:
                answer->text = TAKE(*text);
                return 0;
        case _ANSWER_KIND_MAX:
                break;
        }
        return -EINVAL;
}

int answer_read(AnswerKind kind, const char *typed, Answer *ret_answer, AnswerProblem *ret_problem) {
        _answer_ Answer answer = { .kind = kind };
        _free_ char *text = NULL;
        AnswerProblem problem = {};
        int r;

        r = text_clean(typed, answer_kind_limit(kind) > 0 ? answer_kind_limit(kind) : ANSWER_PIECE_MAX, &text);
        if (r == TEXT_CLEAN_LONG && kind != ANSWER_YES_NO) {
                problem.limit = answer_kind_limit(kind);
                r = answer_problem(&problem, ANSWER_LONG, "", 0);
        } else if (r > 0)
                r = answer_problem(&problem, kind == ANSWER_YES_NO ? ANSWER_NOT_YES_NO : ANSWER_BLANK, "", 0);
        if (r == 0)
                r = read_kind(&answer, &text, &problem);
        if (r > 0)
                *ret_problem = problem;
        if (r != 0)
                return r;
        *ret_answer = answer;
        answer = (Answer) {};   /* handed over */
        return 0;
}

/* ---- UK time -------------------------------------------------------------------------------------------------------------------- */

void answer_add_uk(Answer *answer, const char *zone_name, const ZoneRules *zone, const ZoneRules *uk, int64_t day) {
        if (answer->kind != ANSWER_TIME_RANGE)
                return;
        answer->has_uk = true;
        answer->zone = (ZoneName) {};
        copy_bytes(answer->zone.text, zone_name, strnlen(zone_name, ZONE_NAME_MAX));
        answer->uk_day = day;
        for (size_t i = 0; i < answer->n_spans; i++)
                answer->uk_spans[i] = zone_convert(zone, uk, day, answer->spans[i]);
}

/* ---- showing -------------------------------------------------------------------------------------------------------------------- */

/* A code span shows everything as it is but its own mark, and there is no way to escape that. */
static void append_chip(StrBuf *out, const char *word) {
        strbuf_append_char(out, '`');
        for (; *word; word++)
                strbuf_append_char(out, *word == '`' ? '\'' : *word);
        strbuf_append_char(out, '`');
}

static void append_spans(StrBuf *out, const TimeSpan *spans, size_t n, const char *dash) {
        for (size_t i = 0; i < n; i++) {
                if (i > 0)
                        strbuf_append(out, ", ");
                time_range_append(out, spans[i], dash);
        }
}

static void append_uk_span(StrBuf *out, Lang lang, TimeSpan span) {
        _strbuf_ StrBuf times = {};

        time_range_append(&times, span, "\xE2\x80\x93");
        if (span.from_min < 0)
                text_put(out, lang, TEXT_ANSWER_DAY_BEFORE, TEXT_ARGS(ARG_OURS("value", strbuf_text(&times))));
        else if (span.from_min >= MINUTES_PER_DAY)
                text_put(out, lang, TEXT_ANSWER_DAY_AFTER, TEXT_ARGS(ARG_OURS("value", strbuf_text(&times))));
        else
                strbuf_append(out, strbuf_text(&times));
}

static void append_times(StrBuf *out, Lang lang, const Answer *answer) {
        _strbuf_ StrBuf uk = {};

        append_spans(out, answer->spans, answer->n_spans, "\xE2\x80\x93");
        if (!answer->has_uk || streq(answer->zone.text, ZONE_UK))
                return;
        for (size_t i = 0; i < answer->n_spans; i++) {
                if (i > 0)
                        strbuf_append(&uk, ", ");
                append_uk_span(&uk, lang, answer->uk_spans[i]);
        }
        strbuf_append_char(out, ' ');
        text_put(out, lang, TEXT_ANSWER_UK, TEXT_ARGS(ARG_OURS("value", strbuf_text(&uk))));
}

void answer_append_shown(StrBuf *out, Lang lang, const Answer *answer) {
        switch (answer->kind) {
        case ANSWER_KEYWORDS:
                for (size_t i = 0; i < answer->n_keywords; i++) {
                        if (i > 0)
                                strbuf_append_char(out, ' ');
                        append_chip(out, answer->keywords[i]);
                }
                return;
        case ANSWER_TIME_RANGE:
                append_times(out, lang, answer);
                return;
        case ANSWER_YES_NO:
                text_put(out, lang, answer->is_yes ? TEXT_ANSWER_YES : TEXT_ANSWER_NO, NULL);
                return;
        case ANSWER_SHORT:
        case ANSWER_PARAGRAPH:
                text_escape(out, answer->text ? answer->text : "");
                return;
        case _ANSWER_KIND_MAX:
                return;
        }
}

/* With a blank behind each comma, unless the field would be too small for that. */
static void append_keywords(StrBuf *out, const Answer *answer) {
        size_t n = 0;

        for (size_t i = 0; i < answer->n_keywords; i++)
                n += utf8_length(answer->keywords[i]) + 2;
        for (size_t i = 0; i < answer->n_keywords; i++) {
                if (i > 0)
                        strbuf_append(out, n > kinds[ANSWER_KEYWORDS].limit ? "," : ", ");
                strbuf_append(out, answer->keywords[i]);
        }
}

void answer_append_typed(StrBuf *out, const Answer *answer) {
        switch (answer->kind) {
        case ANSWER_KEYWORDS:
                append_keywords(out, answer);
                return;
        case ANSWER_TIME_RANGE:
                append_spans(out, answer->spans, answer->n_spans, "-");
                return;
        case ANSWER_YES_NO:
                strbuf_append(out, answer->is_yes ? "yes" : "no");
                return;
        case ANSWER_SHORT:
        case ANSWER_PARAGRAPH:
                strbuf_append(out, answer->text ? answer->text : "");
                return;
        case _ANSWER_KIND_MAX:
                return;
        }
}
