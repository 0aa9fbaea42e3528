#pragma once

/* Keys that every test run has, so that signed text can stand in golden files. */

#include <stdio.h>

#include "magikal/keys.h"

static inline _unused_ Keys *known_keys(const char *line) {
        char path[] = "/tmp/magikal-known-keys-XXXXXX";
        _free_ char *why = NULL;
        Keys *keys = NULL;
        int fd = mkstemp(path);
        FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

        if (!f)
                return NULL;
        (void) fputs(line, f);
        (void) fclose(f);
        if (keys_load(path, path, path, &keys, &why) < 0)
                (void) fprintf(stderr, "# %s\n", why ? why : "keys cannot be loaded");
        (void) unlink(path);
        return keys;
}

#define KNOWN_KEY_K "k 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
#define KNOWN_KEY_M "m f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff101112131415161718191a1b1c1d1e1f\n"
