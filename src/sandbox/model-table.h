#pragma once

/*
 * Objects by id. An item of a Table is any struct whose first member is its uint64_t id; items are kept in
 * the order of their ids, and since new snowflakes are larger than old ones adding is appending. Look-ups
 * are binary searches; adding and taking are cheap at both ends.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "magikal/cleanup.h"

typedef struct Table {
        void **items;
        uint64_t *ids;      /* theirs, side by side, so that a search touches no item */
        size_t n;
        size_t n_before;    /* free places before the first entry; items and ids point behind them */
        size_t n_allocated; /* places of each array, those before included */
} Table;

/* The item or NULL. */
void *table_find(const Table *table, uint64_t id);
/* Index of the first item whose id is not below `id`; table->n when there is none. */
size_t table_lower_bound(const Table *table, uint64_t id);
/* 0, -EEXIST, or -ENOMEM. The table owns nothing: who frees items is the caller's affair. */
int table_add(Table *table, void *item);
/* Removes and returns the item, NULL when there was none. */
void *table_take(Table *table, uint64_t id);
/* Frees the array, and each item with `free_item` when given. */
void table_done(Table *table, void (*free_item)(void *item));

/* A small set of ids in the order they were added. */
typedef struct IdList {
        uint64_t *ids;
        size_t n;
} IdList;

void id_list_done(IdList *list);
bool id_list_has(const IdList *list, uint64_t id);
/* 0 (also when it is there already) or -ENOMEM. */
int id_list_add(IdList *list, uint64_t id);
/* True when it was there. */
bool id_list_remove(IdList *list, uint64_t id);

static inline void id_list_donep(IdList *list) {
        id_list_done(list);
}
#define _id_list_ _cleanup_(id_list_donep)
