/*
 * Nonces of the last few minutes. With enforce_nonce, a second message of the same author with the same
 * nonce is not made; the first is returned (Discord reference, "Create Message"). Entries leave in the order
 * they came.
 */

#include "model.h"

#include <errno.h>

typedef struct Nonce {
        uint64_t hash; /* id in the table */
        uint64_t author;
        uint64_t channel;
        uint64_t message;
        char *text;
        Usec at;
        struct Nonce *newer;
} Nonce;

struct NonceBook {
        Table by_hash;
        Nonce *oldest, *newest;
};

NonceBook *nonce_book_new(void) {
        return new0(NonceBook, 1);
}

static void nonce_book_drop_oldest(NonceBook *book) {
        Nonce *nonce = book->oldest;

        book->oldest = nonce->newer;
        if (!book->oldest)
                book->newest = NULL;
        if (table_find(&book->by_hash, nonce->hash) == nonce)
                (void) table_take(&book->by_hash, nonce->hash);
        free(nonce->text);
        free(nonce);
}

NonceBook *nonce_book_free(NonceBook *book) {
        if (!book)
                return NULL;
        while (book->oldest)
                nonce_book_drop_oldest(book);
        table_done(&book->by_hash, NULL);
        free(book);
        return NULL;
}

/* FNV-1a. */
static uint64_t nonce_hash(uint64_t author, const char *text) {
        uint64_t h = UINT64_C(0xcbf29ce484222325) ^ author;

        for (; *text; text++)
                h = (h ^ (unsigned char) *text) * UINT64_C(0x100000001b3);
        return h;
}

static bool nonce_has_passed(const Nonce *nonce, Usec now, Usec window) {
        return now > nonce->at && now - nonce->at > window;
}

uint64_t nonce_find(NonceBook *book, uint64_t author, const char *text, Usec now, Usec window,
                    uint64_t *ret_channel) {
        const Nonce *nonce = table_find(&book->by_hash, nonce_hash(author, text));

        if (!nonce || nonce->author != author || !streq(nonce->text, text) ||
            nonce_has_passed(nonce, now, window))
                return 0;
        *ret_channel = nonce->channel;
        return nonce->message;
}

int nonce_note(NonceBook *book, uint64_t author, const char *text, uint64_t channel, uint64_t message,
               Usec now, Usec window) {
        Nonce *nonce;

        while (book->oldest && nonce_has_passed(book->oldest, now, window))
                nonce_book_drop_oldest(book);

        nonce = new0(Nonce, 1);
        if (!nonce)
                return -ENOMEM;
        *nonce = (Nonce){
                .hash = nonce_hash(author, text),
                .author = author,
                .channel = channel,
                .message = message,
                .text = strdup(text),
                .at = now,
        };
        /* The newest message with a nonce is the one a repetition meets. */
        (void) table_take(&book->by_hash, nonce->hash);
        if (!nonce->text || table_add(&book->by_hash, nonce) < 0) {
                free(nonce->text);
                free(nonce);
                return -ENOMEM;
        }

        if (book->newest)
                book->newest->newer = nonce;
        else
                book->oldest = nonce;
        book->newest = nonce;
        return 0;
}
