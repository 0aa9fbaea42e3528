/*
 * Sorted arrays of things with an id, and small sets of ids.
 *
 * Ids are made in the order of time, so most things are added at the end and many leave at the front; both cost nothing, however large the
 * table is. What happens in the middle moves the shorter side.
 */

#include "model-table.h"

#include <errno.h>

static uint64_t item_id(const void *item) {
        uint64_t id;

        memcpy(&id, item, sizeof(id));
        return id;
}

size_t table_lower_bound(const Table *table, uint64_t id) {
        size_t low = 0, high = table->n;

        if (high > 0 && table->ids[high - 1] < id)
                return high;            /* a new one */
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (table->ids[middle] < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

void *table_find(const Table *table, uint64_t id) {
        size_t i = table_lower_bound(table, id);

        return i < table->n && table->ids[i] == id ? table->items[i] : NULL;
}

/* The entries from..from+n go `by` places further; both arrays have them. */
static void table_shift(Table *table, size_t from, size_t n, ptrdiff_t by) {
        memmove(table->items + from + by, table->items + from, n * sizeof(void *));
        memmove(table->ids + from + by, table->ids + from, n * sizeof(uint64_t));
}

/* The first entry is n places further from the beginning of the memory, or nearer. */
static void table_begin_at(Table *table, ptrdiff_t by) {
        table->items += by;
        table->ids += by;
        table->n_before = (size_t) ((ptrdiff_t) table->n_before + by);
}

static int table_grow(Table *table) {
        size_t n = table->n_allocated ? table->n_allocated * 2 : 16;
        void **items = reallocarray(table->items, n, sizeof(void *));
        uint64_t *ids;

        if (!items)
                return -ENOMEM;
        table->items = items;
        ids = reallocarray(table->ids, n, sizeof(uint64_t));
        if (!ids)
                return -ENOMEM;
        table->ids = ids;
        table->n_allocated = n;
        return 0;
}

/* Makes a place behind the last entry. The memory before the first is used before more is asked for, if there is enough to be worth moving. */
static int table_reserve(Table *table) {
        size_t n_before = table->n_before;
        bool has_much = n_before > 0 && n_before >= table->n_allocated / 2;

        if (n_before + table->n < table->n_allocated)
                return 0;
        if (n_before > 0) {
                table_shift(table, 0, table->n, -(ptrdiff_t) n_before);
                table_begin_at(table, -(ptrdiff_t) n_before);
        }
        return has_much ? 0 : table_grow(table);
}

int table_add(Table *table, void *item) {
        uint64_t id = item_id(item);
        size_t i = table_lower_bound(table, id);
        int r;

        if (i < table->n && table->ids[i] == id)
                return -EEXIST;
        if (i < table->n / 2 && table->n_before > 0) {
                table_begin_at(table, -1);
                table_shift(table, 1, i, -1);
        } else {
                r = table_reserve(table);
                if (r < 0)
                        return r;
                table_shift(table, i, table->n - i, 1);
        }
        table->items[i] = item;
        table->ids[i] = id;
        table->n++;
        return 0;
}

void *table_take(Table *table, uint64_t id) {
        size_t i = table_lower_bound(table, id);
        void *item;

        if (i >= table->n || table->ids[i] != id)
                return NULL;

        item = table->items[i];
        if (i < table->n / 2) {
                table_shift(table, 0, i, 1);
                table_begin_at(table, 1);
        } else
                table_shift(table, i + 1, table->n - i - 1, -1);
        table->n--;
        return item;
}

void table_done(Table *table, void (*free_item)(void *item)) {
        if (free_item)
                for (size_t i = 0; i < table->n; i++)
                        free_item(table->items[i]);
        if (table->items)
                free(table->items - table->n_before);
        if (table->ids)
                free(table->ids - table->n_before);
        *table = (Table){};
}

void id_list_done(IdList *list) {
        free(list->ids);
        *list = (IdList){};
}

bool id_list_has(const IdList *list, uint64_t id) {
        for (size_t i = 0; i < list->n; i++)
                if (list->ids[i] == id)
                        return true;
        return false;
}

int id_list_add(IdList *list, uint64_t id) {
        uint64_t *grown;

        if (id_list_has(list, id))
                return 0;

        grown = reallocarray(list->ids, list->n + 1, sizeof(uint64_t));
        if (!grown)
                return -ENOMEM;
        list->ids = grown;
        list->ids[list->n++] = id;
        return 0;
}

bool id_list_remove(IdList *list, uint64_t id) {
        for (size_t i = 0; i < list->n; i++)
                if (list->ids[i] == id) {
                        list->n--;
                        memmove(list->ids + i, list->ids + i + 1, (list->n - i) * sizeof(uint64_t));
                        return true;
                }
        return false;
}
