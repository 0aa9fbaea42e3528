/* RSI handles: whatever is accepted is a handle, is read again as itself, and its address leads back to it. */

#include "magikal/handle.h"

#include "magikal/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void accepted_leads_back(const char *text) {
        _strbuf_ StrBuf address = {};
        Handle handle, again;

        if (handle_read(text, &handle) != 0)
                return;
        must(handle.text[0] && strlen(handle.text) <= HANDLE_MAX && strstr(text, handle.text));
        must(handle_read(handle.text, &again) == 0 && streq(again.text, handle.text));
        handle_append_address(&address, &handle);
        must(handle_read(strbuf_text(&address), &again) == 0 && streq(again.text, handle.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        _free_ char *text = malloc(n_bytes + 1);
        _strbuf_ StrBuf address = {};

        must(text != NULL);
        copy_bytes(text, data, n_bytes);
        text[n_bytes] = '\0';
        if (!utf8_is_valid(text, strlen(text)))
                return 0;       /* everything else gets text from a parsed document */
        accepted_leads_back(text);
        strbuf_append(&address, "https://robertsspaceindustries.com/");
        strbuf_append(&address, text);
        accepted_leads_back(strbuf_text(&address));
        return 0;
}
