/*
 * Topic markers. A marker is a whole word, "KEY:<decimal>": "XTID:5", "TID:05" and "TID:5," are somebody's prose.
 */

#include "magikal/topic.h"

#define MARK_TICKET "TID:"
#define MARK_OPENER "OPENER:"

void topic_write(StrBuf *out, const Topic *topic) {
        strbuf_appendf(out, MARK_TICKET "%llu " MARK_OPENER "%llu", (unsigned long long) topic->ticket.v,
                       (unsigned long long) topic->opener.v);
}

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The number behind `mark` when the word of n bytes is that mark; 0: it is not. */
static uint64_t marked(const char *word, size_t n, const char *mark) {
        size_t n_mark = strlen(mark);
        uint64_t v = 0;

        if (n <= n_mark || n > n_mark + 20 || memcmp(word, mark, n_mark) != 0 || word[n_mark] == '0')
                return 0;
        for (size_t i = n_mark; i < n; i++) {
                unsigned digit = (unsigned char) word[i] - (unsigned) '0';

                if (digit > 9 || v > (UINT64_MAX - digit) / 10)
                        return 0;
                v = v * 10 + digit;
        }
        return v;
}

Topic topic_read(const char *text) {
        Topic topic = {};

        while (text && *text) {
                size_t n = 0;

                while (text[n] && !is_blank(text[n]))
                        n++;
                if (topic.ticket.v == 0)
                        topic.ticket.v = marked(text, n, MARK_TICKET);
                if (topic.opener.v == 0)
                        topic.opener.v = marked(text, n, MARK_OPENER);
                text += n;
                while (is_blank(*text))
                        text++;
        }
        return topic;
}

bool topic_is_of(const char *text, TicketId ticket) {
        return ticket.v != 0 && topic_read(text).ticket.v == ticket.v;
}
