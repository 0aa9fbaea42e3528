/*
 * bench-seal: what the daemon would have sealed, for a benchmark that fills the queue by SQL.
 *
 *      bench-seal LOOKUP_KEY SEAL_KEY CONTROL_KEY TEXT
 *
 * Prints the sealed form of TEXT in hexadecimal.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "magikal/keys.h"

int main(int argc, char **argv) {
        _cleanup_(keys_freep) Keys *keys = NULL;
        _free_ char *why = NULL;
        _strbuf_ StrBuf sealed = {};

        if (argc != 5 || keys_load(argv[1], argv[2], argv[3], &keys, &why) < 0 || keys_seal(keys, argv[4], strlen(argv[4]), &sealed) < 0) {
                fprintf(stderr, "bench-seal: %s\n", why ? why : "usage: bench-seal LOOKUP_KEY SEAL_KEY CONTROL_KEY TEXT");
                return EXIT_FAILURE;
        }
        for (size_t i = 0; i < sealed.n_bytes; i++)
                printf("%02x", (unsigned char) sealed.text[i]);
        printf("\n");
        return EXIT_SUCCESS;
}
