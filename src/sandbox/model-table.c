/* Sorted arrays of things with an id, and small sets of ids. */

#include "model-table.h"

#include <errno.h>

static uint64_t item_id(const void *item) {
        uint64_t id;

        memcpy(&id, item, sizeof(id));
        return id;
}

size_t table_lower_bound(const Table *table, uint64_t id) {
        size_t low = 0, high = table->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (item_id(table->items[middle]) < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

void *table_find(const Table *table, uint64_t id) {
        size_t i = table_lower_bound(table, id);

        return i < table->n && item_id(table->items[i]) == id ? table->items[i] : NULL;
}

int table_add(Table *table, void *item) {
        size_t i = table_lower_bound(table, item_id(item));

        if (i < table->n && item_id(table->items[i]) == item_id(item))
                return -EEXIST;

        if (table->n == table->n_allocated) {
                size_t n = table->n_allocated ? table->n_allocated * 2 : 16;
                void **grown = reallocarray(table->items, n, sizeof(void *));

                if (!grown)
                        return -ENOMEM;
                table->items = grown;
                table->n_allocated = n;
        }

        memmove(table->items + i + 1, table->items + i, (table->n - i) * sizeof(void *));
        table->items[i] = item;
        table->n++;
        return 0;
}

void *table_take(Table *table, uint64_t id) {
        size_t i = table_lower_bound(table, id);
        void *item;

        if (i >= table->n || item_id(table->items[i]) != id)
                return NULL;

        item = table->items[i];
        table->n--;
        memmove(table->items + i, table->items + i + 1, (table->n - i) * sizeof(void *));
        return item;
}

void table_done(Table *table, void (*free_item)(void *item)) {
        if (free_item)
                for (size_t i = 0; i < table->n; i++)
                        free_item(table->items[i]);
        free(table->items);
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
