/*
 * Times of day. The text is cut into pieces first, so that a refusal can name the one that does not parse; each piece is
 *
 *      [from | between] time (- | to | until | and) time
 *
 * A time says which half of the day it means ("6 pm", "noon"), or is of a 24-hour clock ("18", "06:00"), or leaves it open ("6"). Two open
 * ones are of a 24-hour clock. One open next to a half is meant within the twelve hours beside it: "6:30 pm to 11", "11-2pm", "8 to noon".
 */

#include "time-range.h"

#include <strings.h>

#include "magikal/cleanup.h"
#include "magikal/unicode.h"

#define HALF_DAY (MINUTES_PER_DAY / 2)
#define PIECE_BYTES 64                  /* "from 11:30 p.m. until 11:30 a.m." has 32 */
#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

typedef enum Clock { CLOCK_OPEN, CLOCK_24, CLOCK_AM, CLOCK_PM } Clock;

typedef struct TimeOfDay {
        int hour, minute;
        Clock clock;
        bool is_word;                   /* noon, midnight */
} TimeOfDay;

/* ---- small steps ---------------------------------------------------------------------------------------------------------------- */

static void skip_blanks(const char **at) {
        *at += strspn(*at, " ");
}

/* Steps over a whole word, whatever its case. */
static bool skip_word(const char **at, const char *word) {
        size_t n = strlen(word);

        if (strncasecmp(*at, word, n) != 0 || strspn(*at + n, LETTERS) > 0)
                return false;
        *at += n;
        return true;
}

static bool skip_any(const char **at, const char *const *marks, size_t n_marks) {
        for (size_t i = 0; i < n_marks; i++)
                if (strncmp(*at, marks[i], strlen(marks[i])) == 0) {
                        *at += strlen(marks[i]);
                        return true;
                }
        return false;
}

static int number(const char *digits, size_t n) {
        int v = 0;

        for (size_t i = 0; i < n; i++)
                v = v * 10 + (digits[i] - '0');
        return v;
}

/* ---- one time ------------------------------------------------------------------------------------------------------------------- */

/* "am", "p.m.", "a": behind a time. */
static Clock read_half(const char **at) {
        const char *p = *at;
        Clock clock;

        skip_blanks(&p);
        if (*p == 'a' || *p == 'A')
                clock = CLOCK_AM;
        else if (*p == 'p' || *p == 'P')
                clock = CLOCK_PM;
        else
                return CLOCK_OPEN;
        p++;
        p += *p == '.';
        p += *p == 'm' || *p == 'M';
        p += *p == '.';
        if (strspn(p, LETTERS) > 0)
                return CLOCK_OPEN;
        *at = p;
        return clock;
}

/* "h", "hrs": behind a time of a 24-hour clock. */
static void skip_hours(const char **at) {
        const char *p = *at;

        skip_blanks(&p);
        if (skip_word(&p, "h") || skip_word(&p, "hrs"))
                *at = p;
}

/* "6", "18:00", "18.30", "18h30", "1830" */
static int read_digits(const char **at, TimeOfDay *time) {
        const char *p = *at;
        size_t n = strspn(p, DIGITS), n_minute;

        if (n == 0 || n > 4)
                return ANSWER_TIME_WORDS;
        if (n > 2) {
                time->hour = number(p, n - 2);
                time->minute = number(p + n - 2, 2);
                time->clock = p[0] == '0' || n == 4 ? CLOCK_24 : CLOCK_OPEN;
                *at = p + n;
                return 0;
        }
        time->hour = number(p, n);
        time->clock = p[0] == '0' ? CLOCK_24 : CLOCK_OPEN;
        p += n;
        n_minute = *p && strchr(":.hH", *p) ? strspn(p + 1, DIGITS) : 0;
        if (n_minute != 0 && n_minute != 2)
                return ANSWER_TIME_MINUTE;
        if (n_minute == 2) {
                time->minute = number(p + 1, n_minute);
                p += 1 + n_minute;
        }
        *at = p;        /* the 'h' of "18h", or a ':' without minutes, is left to the caller */
        return 0;
}

static int read_time(const char **at, TimeOfDay *ret_time) {
        TimeOfDay time = {};
        Clock half;
        int r;

        skip_blanks(at);
        if (skip_word(at, "noon") || skip_word(at, "midday")) {
                *ret_time = (TimeOfDay) { .hour = 12, .clock = CLOCK_PM, .is_word = true };
                return 0;
        }
        if (skip_word(at, "midnight")) {
                *ret_time = (TimeOfDay) { .hour = 12, .clock = CLOCK_AM, .is_word = true };
                return 0;
        }
        r = read_digits(at, &time);
        if (r > 0)
                return r;
        half = read_half(at);
        if (half == CLOCK_OPEN)
                skip_hours(at);
        if (time.minute > 59)
                return ANSWER_TIME_MINUTE;
        if (half != CLOCK_OPEN ? time.hour < 1 || time.hour > 12 : time.hour * 60 + time.minute > MINUTES_PER_DAY)
                return ANSWER_TIME_HOUR;
        if (half != CLOCK_OPEN)
                time.clock = half;
        else if (time.hour < 1 || time.hour > 12)
                time.clock = CLOCK_24;
        *ret_time = time;
        return 0;
}

/* ---- two times ------------------------------------------------------------------------------------------------------------------ */

static bool has_half(const TimeOfDay *time) {
        return time->clock == CLOCK_AM || time->clock == CLOCK_PM;
}

/* Minutes after midnight, up to the end of the day. */
static int minutes(const TimeOfDay *time) {
        if (!has_half(time))
                return time->hour * 60 + time->minute;
        return time->hour % 12 * 60 + time->minute + (time->clock == CLOCK_PM ? HALF_DAY : 0);
}

/* Which of its two meanings an open time has, when the range may last twelve hours at most. */
static int within_half_day(int open, int other, bool is_open_first) {
        int morning = open % HALF_DAY, lasts = is_open_first ? other - morning : morning - other;

        lasts = (lasts + 2 * MINUTES_PER_DAY) % MINUTES_PER_DAY;
        return lasts > 0 && lasts <= HALF_DAY ? morning : morning + HALF_DAY;
}

static int combine(const TimeOfDay *first, const TimeOfDay *second, TimeSpan *ret_span) {
        int from = minutes(first), to = minutes(second);

        if (first->clock == CLOCK_OPEN && has_half(second))
                from = within_half_day(from, to, true);
        else if (second->clock == CLOCK_OPEN && has_half(first))
                to = within_half_day(to, from, false);
        from %= MINUTES_PER_DAY;
        if (second->is_word && to == 0)
                to = MINUTES_PER_DAY;
        if (from == to)
                return ANSWER_TIME_EMPTY;
        if (to < from)
                to += MINUTES_PER_DAY;
        *ret_span = (TimeSpan) { from, to };
        return 0;
}

/* A whole piece, NUL-terminated. */
static int read_span(const char *piece, TimeSpan *ret_span) {
        static const char *const dashes[] = { "-",          "~",          "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92", "\xE2\x80\x93",
                                              "\xE2\x80\x94", "\xE2\x80\x95", "\xE2\x88\x92", "\xE2\x86\x92", "\xE3\x80\x9C" };
        bool is_between;
        TimeOfDay first, second;
        int r;

        skip_blanks(&piece);
        is_between = skip_word(&piece, "between");
        if (!is_between)
                (void) skip_word(&piece, "from");
        r = read_time(&piece, &first);
        if (r > 0)
                return r;
        skip_blanks(&piece);
        if (*piece == '\0')
                return ANSWER_TIME_ONE;
        if (!skip_any(&piece, dashes, ELEMENTSOF(dashes)) && !skip_word(&piece, "to") && !skip_word(&piece, "until") &&
            !skip_word(&piece, "till") && !skip_word(&piece, "til") && !(is_between && skip_word(&piece, "and")))
                return ANSWER_TIME_WORDS;
        skip_blanks(&piece);
        if (*piece == '\0')
                return ANSWER_TIME_ONE;
        r = read_time(&piece, &second);
        if (r > 0)
                return r;
        skip_blanks(&piece);
        return *piece == '\0' ? combine(&first, &second, ret_span) : ANSWER_TIME_WORDS;
}

/* ---- pieces --------------------------------------------------------------------------------------------------------------------- */

/* Bytes of the separator that is here; 0: none. A word of its own is one, unless it stands inside "between … and …". */
static size_t separator(const char *text, const char *at) {
        const char *end = at;

        if (*at && strchr(",;\n&+/", *at))
                return 1;
        if ((at == text || !strchr(LETTERS, at[-1])) && skip_word(&end, "and"))
                return (size_t) (end - at);
        return 0;
}

/* Bytes of the piece that begins here. */
static size_t piece_length(const char *text) {
        const char *at = text + strspn(text, " "), *p = at;
        bool is_between = skip_word(&p, "between");

        for (; *at; at++) {
                size_t n = separator(text, at);

                if (n == 3 && is_between)
                        is_between = false;
                else if (n > 0)
                        break;
        }
        return (size_t) (at - text);
}

static bool is_blank(const char *text, size_t n_bytes) {
        return strspn(text, " ") >= n_bytes;
}

static void add(TimeSpan *spans, size_t *n_spans, TimeSpan span) {
        for (size_t i = 0; i < *n_spans; i++)
                if (spans[i].from_min == span.from_min && spans[i].to_min == span.to_min)
                        return;
        spans[(*n_spans)++] = span;
}

int time_range_read(const char *typed, TimeSpan *spans, size_t *ret_n_spans, AnswerProblem *ret_problem) {
        size_t n_spans = 0;

        for (size_t n; *typed; typed += n + separator(typed, typed + n)) {
                char piece[PIECE_BYTES] = {};
                TimeSpan span;
                int r;

                n = piece_length(typed);
                if (is_blank(typed, n))
                        continue;
                if (n_spans == ANSWER_SPANS_MAX) {
                        ret_problem->limit = ANSWER_SPANS_MAX;
                        return answer_problem(ret_problem, ANSWER_TIMES_MANY, "", 0);
                }
                copy_bytes(piece, typed, MIN(n, sizeof(piece) - 1));
                r = n < sizeof(piece) ? read_span(piece, &span) : ANSWER_TIME_WORDS;
                if (r > 0)
                        return answer_problem(ret_problem, (AnswerRefusal) r, typed, n);
                add(spans, &n_spans, span);
        }
        if (n_spans == 0)
                return answer_problem(ret_problem, ANSWER_BLANK, "", 0);
        *ret_n_spans = n_spans;
        return 0;
}

static void append_time(StrBuf *out, int minute) {
        int of_day = (minute % MINUTES_PER_DAY + MINUTES_PER_DAY) % MINUTES_PER_DAY;

        strbuf_appendf(out, "%02d:%02d", of_day / 60, of_day % 60);
}

void time_range_append(StrBuf *out, TimeSpan span, const char *dash) {
        append_time(out, span.from_min);
        strbuf_append(out, dash);
        if (span.to_min > span.from_min && span.to_min % MINUTES_PER_DAY == 0)
                strbuf_append(out, "24:00");
        else
                append_time(out, span.to_min);
}
