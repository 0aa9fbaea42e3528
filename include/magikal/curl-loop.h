#pragma once

/* libcurl's multi interface inside an sd-event loop: transfers go in, their ends come out, nothing blocks. */

#include <curl/curl.h>
#include <systemd/sd-event.h>

#include "magikal/cleanup.h"

typedef struct CurlLoop CurlLoop;

typedef struct CurlLoopHandler {
        void (*moved)(void *userdata);                                  /* after bytes have gone or come; may be NULL */
        void (*finished)(CURL *easy, CURLcode result, void *userdata);  /* the handle is out of the loop and the caller's again */
        void *userdata;
} CurlLoopHandler;

/* 0, -ENOMEM or what sd-event says. */
int curl_loop_new(sd_event *event, const CurlLoopHandler *handler, CurlLoop **ret_loop);
CurlLoop *curl_loop_free(CurlLoop *loop);       /* transfers must have been removed or finished; not to be called from a handler */
DEFINE_CLEANUP(CurlLoop *, curl_loop_free)

/* Starts at the next curl_loop_kick(), which must follow. -ENOMEM. */
int curl_loop_add(CurlLoop *loop, CURL *easy);
/* Gives up a transfer without `finished`. */
void curl_loop_remove(CurlLoop *loop, CURL *easy);
/* Lets new transfers begin; may call the handler. Not to be called from a handler. */
void curl_loop_kick(CurlLoop *loop);
