/* Push to pages. A page that sends something is ignored; one that does not read is dropped by the WebSocket's own limit. */

#include "pages.h"

typedef struct Page {
        Pages *pages;
        WebSocket *ws;
        uint64_t user;
        struct Page *next;
} Page;

struct Pages {
        Page *first;
};

Pages *pages_new(void) {
        return new0(Pages, 1);
}

static void page_free(Page *page) {
        for (Page **at = &page->pages->first; *at; at = &(*at)->next)
                if (*at == page) {
                        *at = page->next;
                        break;
                }
        free(page);
}

Pages *pages_free(Pages *pages) {
        if (!pages)
                return NULL;
        while (pages->first) {
                websocket_drop(pages->first->ws);
                page_free(pages->first);
        }
        free(pages);
        return NULL;
}

static void page_message(WebSocket *ws _unused_, const char *bytes _unused_, size_t n_bytes _unused_, void *userdata _unused_) {
}

static void page_closed(WebSocket *ws _unused_, unsigned code _unused_, void *userdata) {
        page_free(userdata);
}

void pages_open(Pages *pages, uint64_t user, WebSocket *take_ws) {
        static const WebSocketHandler handler = { .message = page_message, .closed = page_closed };
        Page *p = new0(Page, 1);

        if (!p) {
                websocket_drop(take_ws);
                return;
        }
        *p = (Page) { .pages = pages, .ws = take_ws, .user = user, .next = pages->first };
        pages->first = p;
        websocket_set_handler(take_ws, &handler, p);
}

bool sbx_is_watched(Sandbox *sandbox, uint64_t user) {
        for (const Page *p = sandbox->pages->first; p; p = p->next)
                if (user == 0 || user == p->user)
                        return true;
        return false;
}

void sbx_push(Sandbox *sandbox, uint64_t user, uint64_t channel, const char *type, const char *data) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;

        if (!sandbox->pages->first)
                return;
        json_open(&w);
        json_string(&w, "type", type);
        json_raw(&w, "data", data);
        json_close(&w);
        if (json_writer_finish(&w, &text) < 0)
                return;
        for (const Page *p = sandbox->pages->first; p; p = p->next)
                if ((user == 0 || user == p->user) && (channel == 0 || model_may_see(sandbox, p->user, channel)))
                        websocket_send(p->ws, false, text, strlen(text));
}
