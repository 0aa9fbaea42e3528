/*
 * Nonces of the last few minutes. With enforce_nonce, a second message of the same author with the same
 * nonce is not made; the first is returned (Discord reference, "Create Message"). Entries leave in the order
 * they came; they are found through a hash table with chains, the newest of each chain first.
 */

#include "model.h"

#include <errno.h>

#define SLOTS_FIRST ((size_t) 64) /* a power of two, as every later size */

typedef struct Nonce {
        uint64_t hash;
        uint64_t author;
        uint64_t channel;
        uint64_t message;
        char *text;
        Usec at;
        struct Nonce *newer;   /* in the order they came */
        struct Nonce *chained; /* the next of the same slot */
} Nonce;

struct NonceBook {
        Nonce **slots;
        size_t n_slots, n;
        Nonce *oldest, *newest;
};

static Nonce **nonce_slot(const NonceBook *book, uint64_t hash) {
        return &book->slots[hash & (book->n_slots - 1)];
}

static void nonce_chain(NonceBook *book, Nonce *nonce) {
        Nonce **slot = nonce_slot(book, nonce->hash);

        nonce->chained = *slot;
        *slot = nonce;
}

/* Room for one more with chains that stay short. 0 or -ENOMEM. */
static int nonce_book_reserve(NonceBook *book) {
        size_t n_slots = book->n_slots ? book->n_slots * 2 : SLOTS_FIRST;
        Nonce **slots;

        if (book->n < book->n_slots)
                return 0;
        slots = new0(Nonce *, n_slots);
        if (!slots)
                return -ENOMEM;
        free(book->slots);
        book->slots = slots;
        book->n_slots = n_slots;
        for (Nonce *nonce = book->oldest; nonce; nonce = nonce->newer)
                nonce_chain(book, nonce);
        return 0;
}

NonceBook *nonce_book_new(void) {
        return new0(NonceBook, 1);
}

static void nonce_book_drop_oldest(NonceBook *book) {
        Nonce *nonce = book->oldest, **at = nonce_slot(book, nonce->hash);

        while (*at != nonce)
                at = &(*at)->chained;
        *at = nonce->chained;
        book->oldest = nonce->newer;
        if (!book->oldest)
                book->newest = NULL;
        book->n--;
        free(nonce->text);
        free(nonce);
}

NonceBook *nonce_book_free(NonceBook *book) {
        if (!book)
                return NULL;
        while (book->oldest)
                nonce_book_drop_oldest(book);
        free(book->slots);
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
        uint64_t hash = nonce_hash(author, text);
        const Nonce *nonce = book->n_slots ? *nonce_slot(book, hash) : NULL;

        while (nonce && (nonce->hash != hash || nonce->author != author || !streq(nonce->text, text)))
                nonce = nonce->chained;
        if (!nonce || nonce_has_passed(nonce, now, window))
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
        if (!nonce->text || nonce_book_reserve(book) < 0) {
                free(nonce->text);
                free(nonce);
                return -ENOMEM;
        }

        nonce_chain(book, nonce);
        book->n++;
        if (book->newest)
                book->newest->newer = nonce;
        else
                book->oldest = nonce;
        book->newest = nonce;
        return 0;
}
