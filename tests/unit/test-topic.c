/* Topics: markers are found between whatever people wrote, and only whole ones. */

#include "magikal/topic.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void written_is_read(void **state) {
        const Topic topic = { .ticket = { 42 }, .opener = { UINT64_C(700000000000000001) } };
        _strbuf_ StrBuf out = {};
        Topic read;

        topic_write(&out, &topic);
        assert_string_equal(strbuf_text(&out), "TID:42 OPENER:700000000000000001");
        read = topic_read(strbuf_text(&out));
        assert_true(read.ticket.v == 42);
        assert_true(read.opener.v == UINT64_C(700000000000000001));
        (void) state;
}

static void people_may_write_around_it(void **state) {
        Topic t = topic_read("please be patient\nTID:7\t REQ:- APP:3 OPENER:9  TID:8 OPENER:1 thanks");

        assert_true(t.ticket.v == 7);
        assert_true(t.opener.v == 9);
        (void) state;
}

static void prose_is_no_marker(void **state) {
        static const char *const texts[] = {
                "", " ", "TID", "TID:", "TID: 5", "TID:0", "TID:05", "TID:5,", "TID:-5", "TID:+5", "XTID:5", "tid:5", "TID:5x",
                "TID:18446744073709551616", "TID:99999999999999999999999", "(TID:5)", "TID:\xD9\xA5",
        };

        assert_true(topic_read(NULL).ticket.v == 0);
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (topic_read(texts[i]).ticket.v != 0)
                        fail_msg("taken for a marker: %s", texts[i]);
        assert_true(topic_read("TID:x TID:6").ticket.v == 6);
        assert_true(topic_read("TID:18446744073709551615").ticket.v == UINT64_MAX);
        (void) state;
}

static void a_channel_is_of_one_ticket(void **state) {
        assert_true(topic_is_of("TID:12 OPENER:5", (TicketId) { 12 }));
        assert_false(topic_is_of("TID:12 OPENER:5", (TicketId) { 1 }));
        assert_false(topic_is_of("TID:1 OPENER:5", (TicketId) { 12 }));
        assert_false(topic_is_of("", (TicketId) { 0 }));
        assert_false(topic_is_of(NULL, (TicketId) { 1 }));
        (void) state;
}

static void recruitment_has_five_markers(void **state) {
        static const struct {
                const char *text;
                Topic topic;
        } cases[] = {
                { "TID:42 REQ:- APP:7 TZ:- OPENER:9", { { 42 }, { 9 }, { 7 }, REQUESTED_NONE, { "" } } },
                { "TID:42 REQ:member APP:7 TZ:Europe/Berlin OPENER:9", { { 42 }, { 9 }, { 7 }, REQUESTED_MEMBER, { "Europe/Berlin" } } },
                { "TID:42 REQ:affiliate APP:7 TZ:Etc/GMT+5 OPENER:9", { { 42 }, { 9 }, { 7 }, REQUESTED_AFFILIATE, { "Etc/GMT+5" } } },
                { "TID:42 REQ:member APP:7 TZ:UTC+5:45 OPENER:9", { { 42 }, { 9 }, { 7 }, REQUESTED_MEMBER, { "UTC+5:45" } } },
                { "TID:1 REQ:- APP:18446744073709551615 TZ:America/Argentina/Buenos_Aires OPENER:2",
                  { { 1 }, { 2 }, { UINT64_MAX }, REQUESTED_NONE, { "America/Argentina/Buenos_Aires" } } },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _strbuf_ StrBuf out = {};

                topic_write(&out, &cases[i].topic);
                assert_string_equal(strbuf_text(&out), cases[i].text);
                assert_true(topic_is_intact(cases[i].text, &cases[i].topic));
        }
        (void) state;
}

static void malformed_markers_count_as_none(void **state) {
        static const char *const texts[] = {
                "REQ:Member", "REQ:members", "REQ:member,", "REQ:", "APP:0", "APP:x", "APP:", "TZ:", "TZ:-", "TZ:+2", "TZ:Europe/Ber;lin",
                "TZ:\xC3\x84", "tz:Europe/Berlin", "TZ: Europe/Berlin",
                "TZ:a23456789a123456789a123456789a123456789a123456789a123456789a12345",
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (!topic_is_intact(texts[i], &(Topic) {}))
                        fail_msg("taken for a marker: %s", texts[i]);
        assert_string_equal(topic_read("TZ:- TZ:Europe/Berlin TZ:Asia/Tokyo").zone.text, "Europe/Berlin");
        assert_int_equal(topic_read("REQ:- REQ:affiliate REQ:member").requested, REQUESTED_AFFILIATE);
        (void) state;
}

static void an_edited_topic_is_noticed(void **state) {
        const Topic topic = { { 42 }, { 9 }, { 7 }, REQUESTED_MEMBER, { "Europe/Berlin" } };

        assert_true(topic_is_intact("hi! TID:42 REQ:member APP:7 TZ:Europe/Berlin OPENER:9 nice person", &topic));
        assert_false(topic_is_intact("TID:42 REQ:affiliate APP:7 TZ:Europe/Berlin OPENER:9", &topic));
        assert_false(topic_is_intact("TID:42 REQ:member APP:7 TZ:Europe/Paris OPENER:9", &topic));
        assert_false(topic_is_intact("TID:42 REQ:member APP:8 TZ:Europe/Berlin OPENER:9", &topic));
        assert_false(topic_is_intact("TID:42 APP:7 TZ:Europe/Berlin OPENER:9", &topic));
        assert_false(topic_is_intact("nice person", &topic));
        assert_false(topic_is_intact(NULL, &topic));
        (void) state;
}

static void a_ticket_has_a_topic(void **state) {
        const Ticket ticket = { .id = { 42 }, .opener_user = { 9 } };
        Application application = { .id = { 7 }, .requested = REQUESTED_AFFILIATE, .zone = "Europe/Berlin" };
        Topic topic = topic_of(&ticket, &application);

        assert_true(topic_is_intact("TID:42 REQ:affiliate APP:7 TZ:Europe/Berlin OPENER:9", &topic));
        topic = topic_of(&ticket, NULL);
        assert_true(topic_is_intact("TID:42 OPENER:9", &topic));
        application.zone = "no zone\n";
        topic = topic_of(&ticket, &application);
        assert_true(topic_is_intact("TID:42 REQ:affiliate APP:7 TZ:- OPENER:9", &topic));
        (void) state;
}

static void mending_keeps_what_people_wrote(void **state) {
        static const struct {
                const char *text, *mended;
        } cases[] = {
                { NULL, "TID:42 OPENER:9" },
                { "", "TID:42 OPENER:9" },
                { "  back on\n Friday ", "TID:42 OPENER:9 back on Friday" },
                { "TID:43 OPENER:9", "TID:42 OPENER:9" },
                { "TID: hello TID:042 REQ:x APP:1 TZ:y OPENER: TID", "TID:42 OPENER:9 hello TID" },
        };
        const Topic topic = { .ticket = { 42 }, .opener = { 9 } };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _strbuf_ StrBuf out = {};

                topic_mend(&out, &topic, cases[i].text);
                assert_string_equal(strbuf_text(&out), cases[i].mended);
                assert_true(topic_is_intact(strbuf_text(&out), &topic));
        }
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(written_is_read),
                cmocka_unit_test(people_may_write_around_it),
                cmocka_unit_test(prose_is_no_marker),
                cmocka_unit_test(a_channel_is_of_one_ticket),
                cmocka_unit_test(recruitment_has_five_markers),
                cmocka_unit_test(malformed_markers_count_as_none),
                cmocka_unit_test(an_edited_topic_is_noticed),
                cmocka_unit_test(a_ticket_has_a_topic),
                cmocka_unit_test(mending_keeps_what_people_wrote),
        };

        return cmocka_run_group_tests_name("topic", tests, NULL, NULL);
}
