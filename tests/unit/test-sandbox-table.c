/* The sandbox's two containers: things by id, and texts by number. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sandbox/model-table.h"
#include "sandbox/text-log.h"

typedef struct Item {
        uint64_t id;
} Item;

/* Ids are what they ought to be, in order, and each is found. */
static void check_table(const Table *table) {
        for (size_t i = 0; i < table->n; i++) {
                const Item *item = table->items[i];

                assert_true(i == 0 || table->ids[i - 1] < item->id);
                assert_int_equal(table->ids[i], item->id);
                assert_ptr_equal(table_find(table, item->id), item);
                assert_int_equal(table_lower_bound(table, item->id), i);
        }
        assert_true(table->n_before + table->n <= table->n_allocated);
}

static void a_table_holds_what_was_added_and_not_taken(void **state) {
        enum { N = 200, TURNS = 20000 };
        static Item items[N];
        bool is_in[N] = {};
        Table table = {};
        size_t n = 0;

        (void) state;
        srand(1);       /* always the same turns */
        for (size_t i = 0; i < N; i++)
                items[i].id = 10 * (i + 1);
        for (unsigned turn = 0; turn < TURNS; turn++) {
                size_t i = (size_t) rand() % N;

                if (is_in[i]) {
                        assert_int_equal(table_add(&table, &items[i]), -EEXIST);
                        assert_ptr_equal(table_take(&table, items[i].id), &items[i]);
                } else
                        assert_int_equal(table_add(&table, &items[i]), 0);
                is_in[i] = !is_in[i];
                n = is_in[i] ? n + 1 : n - 1;
                assert_int_equal(table.n, n);
                assert_ptr_equal(table_find(&table, items[i].id), is_in[i] ? &items[i] : NULL);
                assert_null(table_take(&table, items[i].id + 1));
                if (turn % 97 == 0)
                        check_table(&table);
        }
        table_done(&table, NULL);
}

/* What is added behind and leaves in front needs no more memory than what is there at a time. */
static void a_queue_does_not_grow(void **state) {
        enum { LENGTH = 100, N = 100000 };
        static Item items[N];
        Table table = {};

        (void) state;
        for (size_t i = 0; i < N; i++) {
                items[i].id = i + 1;
                assert_int_equal(table_add(&table, &items[i]), 0);
                if (i >= LENGTH)
                        assert_ptr_equal(table_take(&table, items[i - LENGTH].id), &items[i - LENGTH]);
        }
        assert_int_equal(table.n, LENGTH);
        assert_true(table.n_allocated <= 4 * LENGTH);
        check_table(&table);
        table_done(&table, NULL);
}

static void add(TextLog *log, unsigned n, const char *expected_text) {
        char text[32];

        (void) snprintf(text, sizeof(text), "text %u", n);
        assert_string_equal(text_log_add(log, text, strlen(text)), expected_text ?: text);
        assert_int_equal(text_log_last(log), n);
}

static void the_oldest_texts_are_forgotten(void **state) {
        _cleanup_(text_log_freep) TextLog *log = text_log_new(3, SIZE_MAX);

        (void) state;
        assert_non_null(log);
        assert_int_equal(text_log_first(log), 1);
        assert_int_equal(text_log_last(log), 0);
        for (unsigned n = 1; n <= 5; n++)
                add(log, n, NULL);
        assert_int_equal(text_log_first(log), 3);
        assert_null(text_log_get(log, 2));
        assert_string_equal(text_log_get(log, 3), "text 3");
        assert_string_equal(text_log_get(log, 5), "text 5");
        assert_null(text_log_get(log, 6));
}

static void a_log_is_bounded_in_bytes(void **state) {
        enum { LIMIT = 1 << 20, N = 20000 };
        _cleanup_(text_log_freep) TextLog *log = text_log_new(100000, LIMIT);
        char text[300];

        (void) state;
        memset(text, 'x', sizeof(text));
        for (unsigned n = 1; n <= N; n++) {
                assert_non_null(text_log_add(log, text, sizeof(text)));
                assert_true(text_log_n_bytes(log) <= LIMIT);
        }
        assert_int_equal(text_log_last(log), N);
        assert_true(N - text_log_first(log) > LIMIT / sizeof(text) / 2);        /* most of the room is used */
        assert_int_equal(strlen(text_log_get(log, N)), sizeof(text));
        assert_int_equal(strlen(text_log_get(log, text_log_first(log))), sizeof(text));
}

/* Larger than a block, larger than all: it is kept, alone if need be. */
static void a_long_text_is_kept_whole(void **state) {
        enum { LONG = 3 << 20 };
        _cleanup_(text_log_freep) TextLog *log = text_log_new(10, 1 << 20);
        _free_ char *text = malloc(LONG);

        (void) state;
        assert_non_null(text);
        memset(text, 'y', LONG);
        add(log, 1, NULL);
        assert_int_equal(strlen(text_log_add(log, text, LONG)), LONG);
        assert_int_equal(text_log_first(log), 2);
        add(log, 3, NULL);
        assert_string_equal(text_log_get(log, 3), "text 3");
        assert_true(text_log_n_bytes(log) <= 1 << 20);
}

static void nothing_is_remembered_over_a_gap(void **state) {
        _cleanup_(text_log_freep) TextLog *log = text_log_new(10, 1 << 20);

        (void) state;
        add(log, 1, NULL);
        assert_null(text_log_add(log, NULL, 0));
        assert_int_equal(text_log_last(log), 2);
        assert_int_equal(text_log_first(log), 3);
        assert_null(text_log_get(log, 1));
        add(log, 3, NULL);
        assert_int_equal(text_log_first(log), 3);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_table_holds_what_was_added_and_not_taken),
                cmocka_unit_test(a_queue_does_not_grow),
                cmocka_unit_test(the_oldest_texts_are_forgotten),
                cmocka_unit_test(a_log_is_bounded_in_bytes),
                cmocka_unit_test(a_long_text_is_kept_whole),
                cmocka_unit_test(nothing_is_remembered_over_a_gap),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
