/*
 * The texts stand one behind the other in blocks, a ring of pointers says where. A block goes when the last of its texts is forgotten, or
 * when there would be too many bytes; then it is the first to be used again.
 */

#include "text-log.h"

#define BLOCK_BYTES ((size_t) 256 * 1024)       /* a text that is longer has a block of its own */

typedef struct Block {
        struct Block *newer;
        uint64_t last;          /* number of its newest text */
        size_t n_used, n_bytes;
        char bytes[];
} Block;

struct TextLog {
        const char **texts;     /* the one with number n at n % n_max */
        size_t n_max, n_bytes_max;
        uint64_t first, last;
        Block *oldest, *newest;
        Block *spare;           /* NULL or one of BLOCK_BYTES */
        size_t n_bytes;         /* of the blocks, without the spare one */
};

TextLog *text_log_new(size_t n_max, size_t n_bytes_max) {
        _cleanup_(text_log_freep) TextLog *log = new0(TextLog, 1);

        if (!log)
                return NULL;
        log->texts = new0(const char *, n_max);
        if (!log->texts)
                return NULL;
        log->n_max = n_max;
        log->n_bytes_max = n_bytes_max;
        log->first = 1;
        return TAKE(log);
}

static void forget_oldest_block(TextLog *log) {
        Block *block = log->oldest;

        log->first = MAX(log->first, block->last + 1);
        log->oldest = block->newer;
        if (!log->oldest)
                log->newest = NULL;
        log->n_bytes -= block->n_bytes;
        if (!log->spare && block->n_bytes == BLOCK_BYTES)
                log->spare = block;
        else
                free(block);
}

TextLog *text_log_free(TextLog *log) {
        if (!log)
                return NULL;
        while (log->oldest)
                forget_oldest_block(log);
        free(log->spare);
        free(log->texts);
        free(log);
        return NULL;
}

static Block *block_new(TextLog *log, size_t n_bytes) {
        Block *block = n_bytes == BLOCK_BYTES ? TAKE(log->spare) : NULL;

        if (!block)
                block = malloc(sizeof(Block) + n_bytes);
        if (block)
                *block = (Block) { .n_bytes = n_bytes };
        return block;
}

/* A block with room for so many bytes is the newest one. */
static Block *log_reserve(TextLog *log, size_t n_bytes) {
        size_t n_block = n_bytes > BLOCK_BYTES ? n_bytes : BLOCK_BYTES;
        Block *block = log->newest;

        if (block && block->n_bytes - block->n_used >= n_bytes)
                return block;
        while (log->oldest && log->n_bytes + n_block > log->n_bytes_max)
                forget_oldest_block(log);
        block = block_new(log, n_block);
        if (!block)
                return NULL;
        if (log->newest)
                log->newest->newer = block;
        else
                log->oldest = block;
        log->newest = block;
        log->n_bytes += n_block;
        return block;
}

const char *text_log_add(TextLog *log, const char *text, size_t n_bytes) {
        Block *block = text ? log_reserve(log, n_bytes + 1) : NULL;
        char *at;

        log->last++;
        if (!block) {
                while (log->oldest)
                        forget_oldest_block(log);
                log->first = log->last + 1;
                return NULL;
        }
        if (log->last - log->first >= log->n_max)
                log->first++;
        at = block->bytes + block->n_used;
        copy_bytes(at, text, n_bytes);
        at[n_bytes] = '\0';
        block->n_used += n_bytes + 1;
        block->last = log->last;
        log->texts[log->last % log->n_max] = at;
        while (log->oldest->last < log->first)
                forget_oldest_block(log);
        return at;
}

const char *text_log_get(const TextLog *log, uint64_t number) {
        return number < log->first || number > log->last ? NULL : log->texts[number % log->n_max];
}

uint64_t text_log_first(const TextLog *log) {
        return log->first;
}

uint64_t text_log_last(const TextLog *log) {
        return log->last;
}

size_t text_log_n_bytes(const TextLog *log) {
        return log->n_bytes;
}
