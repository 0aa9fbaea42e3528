/*
 * Topic markers. A marker is a whole word, "KEY:<value>", and a number is decimal without leading zeros: "XTID:5", "TID:05" and "TID:5,"
 * are somebody's prose.
 */

#include "magikal/topic.h"

#define MARK_TICKET "TID:"
#define MARK_REQUESTED "REQ:"
#define MARK_RECRUIT "APP:"
#define MARK_ZONE "TZ:"
#define MARK_OPENER "OPENER:"
#define NOTHING "-"

void topic_write(StrBuf *out, const Topic *topic) {
        const char *role = requested_role_to_string(topic->requested);

        strbuf_appendf(out, MARK_TICKET "%llu ", (unsigned long long) topic->ticket.v);
        if (topic->recruit.v != 0)
                strbuf_appendf(out, MARK_REQUESTED "%s " MARK_RECRUIT "%llu " MARK_ZONE "%s ", role ? role : NOTHING,
                               (unsigned long long) topic->recruit.v, topic->zone.text[0] ? topic->zone.text : NOTHING);
        strbuf_appendf(out, MARK_OPENER "%llu", (unsigned long long) topic->opener.v);
}

Topic topic_of(const Ticket *ticket, const Application *application) {
        Topic topic = { .ticket = ticket->id, .opener = ticket->opener_user };

        if (!application || application->id.v == 0)
                return topic;
        topic.recruit = application->id;
        topic.requested = application->requested;
        /* what could not be read back would be mended for ever */
        if (application->zone && strlen(application->zone) < sizeof(topic.zone.text) && timezone_is_name(application->zone))
                copy_bytes(topic.zone.text, application->zone, strlen(application->zone) + 1);
        return topic;
}

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What stands behind `mark` when the word of n bytes begins with it, and its bytes; NULL: it does not, or nothing does. */
static const char *behind(const char *word, size_t n, const char *mark, size_t *ret_n) {
        size_t n_mark = strlen(mark);

        if (n <= n_mark || memcmp(word, mark, n_mark) != 0)
                return NULL;
        *ret_n = n - n_mark;
        return word + n_mark;
}

/* The number of the mark; 0: it is none. */
static uint64_t marked(const char *word, size_t n, const char *mark) {
        size_t n_digits = 0;
        const char *digits = behind(word, n, mark, &n_digits);
        uint64_t v = 0;

        if (!digits || n_digits > 20 || digits[0] == '0')
                return 0;
        for (size_t i = 0; i < n_digits; i++) {
                unsigned digit = (unsigned char) digits[i] - (unsigned) '0';

                if (digit > 9 || v > (UINT64_MAX - digit) / 10)
                        return 0;
                v = v * 10 + digit;
        }
        return v;
}

static RequestedRole marked_role(const char *word, size_t n) {
        for (int role = REQUESTED_MEMBER; role <= REQUESTED_AFFILIATE; role++) {
                const char *name = requested_role_to_string((RequestedRole) role);
                size_t n_value = 0;
                const char *value = behind(word, n, MARK_REQUESTED, &n_value);

                if (value && n_value == strlen(name) && memcmp(value, name, n_value) == 0)
                        return (RequestedRole) role;
        }
        return REQUESTED_NONE;
}

static ZoneName marked_zone(const char *word, size_t n) {
        ZoneName zone = {};
        size_t n_value = 0;
        const char *value = behind(word, n, MARK_ZONE, &n_value);

        if (!value || n_value > ZONE_NAME_MAX)
                return zone;
        copy_bytes(zone.text, value, n_value);
        return timezone_is_name(zone.text) ? zone : (ZoneName) {};
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
                if (topic.recruit.v == 0)
                        topic.recruit.v = marked(text, n, MARK_RECRUIT);
                if (topic.requested == REQUESTED_NONE)
                        topic.requested = marked_role(text, n);
                if (topic.zone.text[0] == '\0')
                        topic.zone = marked_zone(text, n);
                text += n;
                while (is_blank(*text))
                        text++;
        }
        return topic;
}

/* Well-formed or not: anything that begins like a marker. */
static bool is_like_marker(const char *word, size_t n) {
        static const char *const marks[] = { MARK_TICKET, MARK_REQUESTED, MARK_RECRUIT, MARK_ZONE, MARK_OPENER };

        for (size_t i = 0; i < ELEMENTSOF(marks); i++)
                if (n >= strlen(marks[i]) && memcmp(word, marks[i], strlen(marks[i])) == 0)
                        return true;
        return false;
}

void topic_mend(StrBuf *out, const Topic *topic, const char *text) {
        topic_write(out, topic);
        while (text && *text) {
                size_t n = 0;

                while (is_blank(*text))
                        text++;
                while (text[n] && !is_blank(text[n]))
                        n++;
                if (n > 0 && !is_like_marker(text, n))
                        strbuf_appendf(out, " %.*s", (int) n, text);
                text += n;
        }
}

bool topic_is_of(const char *text, TicketId ticket) {
        return ticket.v != 0 && topic_read(text).ticket.v == ticket.v;
}

bool topic_is_intact(const char *text, const Topic *topic) {
        Topic read = topic_read(text);

        return read.ticket.v == topic->ticket.v && read.opener.v == topic->opener.v && read.recruit.v == topic->recruit.v &&
               read.requested == topic->requested && streq(read.zone.text, topic->zone.text);
}
