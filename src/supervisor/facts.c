#include "supervisor.h"

#include <errno.h>

#include "magikal/log.h"

/*
 * What is asked of Discord before a session can be made: where the gateway is, how many shards, how many sessions a day
 * (GET /gateway/bot), and which application the token belongs to, with what intents (GET /applications/@me). Asked again until answered; a
 * token that Discord does not know ends the daemon, for asking on would only count towards a ban.
 */

#define WAIT_MIN USEC_PER_SEC
#define WAIT_MAX (60 * USEC_PER_SEC)
#define HTTP_UNAUTHORIZED 401

static int on_facts_timer(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        facts_ask(userdata);
        return 0;
}

static void ask_later(Supervisor *s, Usec wait) {
        int r;

        if (!s->facts_timer)
                r = sd_event_add_time(s->event, &s->facts_timer, CLOCK_BOOTTIME, clock_boottime() + wait, 1,
                                      on_facts_timer, s);
        else {
                r = sd_event_source_set_time(s->facts_timer, clock_boottime() + wait);
                if (r >= 0)
                        r = sd_event_source_set_enabled(s->facts_timer, SD_EVENT_ONESHOT);
        }
        if (r < 0) {
                log_event(LOG_ERR, "discord.timer_failed", "A timer could not be set.", LOG_ERRNO(r));
                lifecycle_drain(s, ROLE_EXIT_FAILURE);
        }
}

static int read_gateway(Supervisor *s, const Json *body) {
        const Json *limit;
        const char *url;
        int64_t n_shards, total, concurrency;

        if (json_get_string(body, "url", &url) != 0 || json_get_i64(body, "shards", &n_shards) != 0 ||
            n_shards < 1 || n_shards > 4096)
                return -EBADMSG;
        if (json_get_object(body, "session_start_limit", &limit) != 0 ||
            json_get_i64(limit, "total", &total) != 0 || total < 1 || total > INT32_MAX ||
            json_get_i64(limit, "max_concurrency", &concurrency) != 0 || concurrency < 1 ||
            concurrency > INT32_MAX)
                return -EBADMSG;

        if (s->started->gateway_url)
                url = s->started->gateway_url;
        free(s->facts.gateway_url);
        s->facts.gateway_url = strdup(url);
        if (!s->facts.gateway_url)
                return -ENOMEM;
        s->facts.n_shards = s->started->n_shards > 0 ? s->started->n_shards : (int) n_shards;
        s->facts.identifies_per_day = (int) total;
        s->facts.max_concurrency = (int) concurrency;
        return 0;
}

static int read_application(Supervisor *s, const Json *body) {
        uint64_t id, flags = 0, bot;

        if (json_get_u64(body, "id", &id) != 0 || id == 0)
                return -EBADMSG;
        if (json_get_u64(body, "flags", &flags) < 0)
                return -EBADMSG;
        /* The bot's user has the application's id unless the application is older than 2016; then the answer says so. */
        if (json_get_u64(json_get(body, "bot"), "id", &bot) != 0)
                bot = id;
        s->facts.application = (ApplicationId) { id };
        s->facts.application_flags = flags;
        s->facts.bot_user = (UserId) { bot };
        return 0;
}

static void all_known(Supervisor *s) {
        if (s->started->application_id.v != 0 && s->started->application_id.v != s->facts.application.v) {
                log_event(LOG_ERR, "discord.other_application",
                          "[discord] application_id is not the application that the token belongs to; "
                          "correct the one that is wrong.");
                lifecycle_drain(s, ROLE_EXIT_CONFIG);
                return;
        }
        s->facts.are_known = true;
        log_event(LOG_INFO, "discord.known", "Discord knows the bot's token.",
                  LOG_I64("shards", s->facts.n_shards),
                  LOG_I64("sessions_a_day", s->facts.identifies_per_day));
        POOL_FOREACH(child, s->pool)
                supervisor_send_hello(s, child);
        supervisor_start_shards(s);
        lifecycle_step(s);
}

static void on_answer(Supervisor *s, int outcome, const RestReply *reply,
                      int (*read)(Supervisor *s, const Json *body)) {
        int r;

        if (s->is_draining)
                return;
        if (outcome != 0 && reply && reply->status == HTTP_UNAUTHORIZED) {
                log_event(LOG_ERR, "discord.token_refused",
                          "Discord does not accept the bot's token; put a valid one into [discord] "
                          "token_file.");
                lifecycle_drain(s, ROLE_EXIT_CONFIG);
                return;
        }
        r = outcome != 0 || !reply ? -EAGAIN : read(s, reply->body);
        if (r < 0) {
                bool is_reached = reply && reply->status != 0;

                log_event(LOG_WARNING, "discord.no_answer",
                          is_reached ? "Discord gave no usable answer about our application; asking again."
                                     : "Discord cannot be reached; trying again.",
                          LOG_ID("status", is_reached ? reply->status : 0),
                          LOG_TEXT("why", reply && reply->message ? reply->message : is_reached ? "unreadable" : NULL));
                s->facts_wait = s->facts_wait == 0 ? WAIT_MIN : MIN(s->facts_wait * 2, WAIT_MAX);
                ask_later(s, reply && reply->wait > s->facts_wait ? reply->wait : s->facts_wait);
                return;
        }
        if (--s->facts_missing == 0)
                all_known(s);
        else
                facts_ask(s);
}

static void on_gateway(int outcome, const RestReply *reply, void *userdata) {
        on_answer(userdata, outcome, reply, read_gateway);
}

static void on_application(int outcome, const RestReply *reply, void *userdata) {
        on_answer(userdata, outcome, reply, read_application);
}

/* One after the other: the first answer decides whether a second question makes sense. */
void facts_ask(Supervisor *s) {
        bool is_first = s->facts_missing == 2;
        int r;

        r = rest_send(s->rest,
                      &(RestRequest) { .route = is_first ? ROUTE_GATEWAY_BOT : ROUTE_APPLICATION_ME },
                      is_first ? on_gateway : on_application, s);
        if (r < 0) {
                log_event(LOG_ERR, "discord.not_asked", "A question to Discord could not be sent.", LOG_ERRNO(r));
                ask_later(s, WAIT_MIN);
        }
}
