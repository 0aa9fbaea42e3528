/* What one worker does for all when the supervisor's clock ticks. Everything here may be done twice. */

#include <errno.h>
#include <stdio.h>

#include "magikal/log.h"
#include "magikal/store-audit.h"
#include "worker.h"

/* ---- leases, deadlines, repairs ---------------------------------------------------------------------------------------------------- */

static void reaped(int outcome, const Reaped *flows, size_t n_flows, void *userdata) {
        Worker *worker = userdata;

        (void) flows;
        if (outcome == 0 && n_flows > 0) {
                log_event(LOG_NOTICE, "flow.reaped", "Flows whose lease had run out are ready again.", LOG_U64("n", n_flows));
                engine_wake(worker->engine);
        }
}

static void expired(int outcome, const FlowId *flows, size_t n_flows, void *userdata) {
        Worker *worker = userdata;

        (void) flows;
        if (outcome == 0 && n_flows > 0) {
                log_event(LOG_NOTICE, "flow.expired", "Flows that took too long are being taken back.", LOG_U64("n", n_flows));
                engine_wake(worker->engine);
        }
}

static void repaired(int outcome, const FlowId *flows, size_t n_flows, void *userdata) {
        Worker *worker = userdata;

        (void) flows;
        if (outcome == 0 && n_flows > 0) {
                log_event(LOG_WARNING, "ticket.repair", "Tickets that no flow works on are being repaired.", LOG_U64("n", n_flows));
                engine_wake(worker->engine);
        }
}

static void refreshed(int outcome, const FlowId *flows, size_t n_flows, void *userdata) {
        Worker *worker = userdata;

        (void) flows;
        if (outcome == 0 && n_flows > 0) {
                log_event(LOG_INFO, "rsi.refresh", "RSI is asked again about applicants that it could not tell of.", LOG_U64("n", n_flows));
                engine_wake(worker->engine);
        }
}

static void records_stale(int outcome, const FlowId *flows, size_t n_flows, void *userdata) {
        Worker *worker = userdata;

        (void) flows;
        if (outcome == 0 && n_flows > 0) {
                log_event(LOG_INFO, "record.stale", "Records of what is no longer stored are written anew.", LOG_U64("n", n_flows));
                engine_wake(worker->engine);
        }
}

static void forgotten(int outcome, int n_rows, void *userdata) {
        (void) userdata;
        if (outcome != 0)
                log_event(LOG_NOTICE, "retention.later", "Old rows could not be removed now; trying again at the next tick.");
        else if (n_rows > 0)
                log_event(LOG_INFO, "retention.done", "Flows that ended long ago were removed.", LOG_I64("n", n_rows));
}

/* Told to the journal, which is somewhere else: whoever rewrites rows and seals does not rewrite that. In groups, as long rows of digits look like ids. */
static void sealed(int outcome, const AuditSeal *seal, void *userdata) {
        _strbuf_ StrBuf chain = {};

        (void) userdata;
        if (outcome != 0) {
                log_event(LOG_NOTICE, "audit.later", "The audit could not be sealed now; trying again at the next tick.");
                return;
        }
        if (seal->no == 0 || !seal->chain)
                return;
        for (size_t i = 0; seal->chain[i]; i++) {
                if (i > 0 && i % 8 == 0)
                        strbuf_append_char(&chain, '-');
                strbuf_append_char(&chain, seal->chain[i]);
        }
        log_event(LOG_INFO, "audit.sealed", "A block of the audit is sealed.", LOG_U64("seal", seal->no), LOG_U64("rows", seal->n_rows),
                  LOG_TEXT("chain", strbuf_text(&chain)));
}

/* ---- the dead: their people are told ------------------------------------------------------------------------------------------------ */

static void told_stored(int outcome, const StoreReply *reply, void *userdata) {
        (void) reply;
        (void) userdata;
        if (outcome != 0)
                log_event(LOG_NOTICE, "flow.told_later", "That a person was told could not be noted; they may be told again.");
}

static void dead_told(int outcome, FlowId flow, void *userdata) {
        Worker *worker = userdata;

        if (outcome == 0)
                (void) store_told(worker->store, flow, told_stored, worker);    /* not noted: told again, which changes nothing */
}

static void dead_known(int outcome, const FlowRow *flows, size_t n_flows, void *userdata) {
        Worker *worker = userdata;

        worker->is_telling_dead = false;
        if (outcome != 0)
                return;
        for (size_t i = 0; i < n_flows; i++) {
                log_event(LOG_ERR, "flow.dead", "A flow has killed three processes and is parked; look at it with magikalctl.",
                          LOG_FLOW(flows[i].id.v), LOG_TEXT("kind", flows[i].kind), LOG_GUILD(flows[i].guild.v));
                (void) engine_tell_dead(worker->engine, &flows[i], dead_told, worker);  /* not now: at the next tick */
        }
}

/* ---- the commands registered with Discord --------------------------------------------------------------------------------------------- */

#define KEY_COMMANDS_MAX 48

static void commands_key(const Worker *worker, char ret[KEY_COMMANDS_MAX]) {
        (void) snprintf(ret, KEY_COMMANDS_MAX, "commands:%llu", (unsigned long long) worker->role.application.v);
}

static void commands_noted(int outcome, const StoreReply *reply, void *userdata) {
        (void) outcome;         /* not noted: registered again at the next start, which changes nothing */
        (void) reply;
        (void) userdata;
}

static int registration_hash(char ret[COMMAND_HASH_CHARS + 1]) {
        size_t n;
        const CommandLanguage *languages = text_command_languages(&n);

        return command_registration_hash(languages, n, ret);
}

static void commands_put(int outcome, const RestReply *reply, void *userdata) {
        Worker *worker = userdata;
        char key[KEY_COMMANDS_MAX], hash[COMMAND_HASH_CHARS + 1];

        worker->is_registering = false;
        if (outcome != 0 || registration_hash(hash) < 0) {
                log_event(LOG_ERR, "commands.not_registered", "The commands could not be registered with Discord; trying again later.",
                          LOG_I64("status", reply ? reply->status : 0), LOG_I64("code", reply ? reply->code : 0),
                          LOG_TEXT("reason", reply ? reply->message : NULL));
                return;
        }
        log_event(LOG_INFO, "commands.registered", "The commands are registered with Discord.", LOG_TEXT("version", hash));
        commands_key(worker, key);
        (void) store_kv_put(worker->store, key, hash, commands_noted, worker);
}

static int commands_send(Worker *worker) {
        size_t n_languages;
        const CommandLanguage *languages = text_command_languages(&n_languages);
        _free_ char *body = NULL;
        int r = command_registration(languages, n_languages, &body);

        if (r < 0)
                return r;
        return rest_send(worker->rest,
                         &(RestRequest) { .route = ROUTE_COMMANDS_PUT, .ids = { worker->role.application.v }, .body = body },
                         commands_put, worker);
}

static void commands_known(int outcome, const char *text, void *userdata) {
        Worker *worker = userdata;
        char hash[COMMAND_HASH_CHARS + 1];

        if (outcome == 0 && registration_hash(hash) == 0 && !streq_ptr(text, hash) && commands_send(worker) >= 0)
                return;
        worker->is_registering = false;
}

static void commands_check(Worker *worker) {
        char key[KEY_COMMANDS_MAX];

        if (worker->is_registering || worker->role.application.v == 0)
                return;
        commands_key(worker, key);
        worker->is_registering = store_kv_get(worker->store, key, commands_known, worker) >= 0;
}

/* ---- ticks ------------------------------------------------------------------------------------------------------------------------------ */

void upkeep_tick(Worker *worker, uint32_t what) {
        Store *store = worker->store;

        /* what cannot be asked for now is asked for at the next tick */
        switch ((IpcTick) what) {
        case IPC_TICK_REAP:
                (void) store_reap_old(store, reaped, worker);
                return;
        case IPC_TICK_EXPIRE:
                (void) store_expire(store, expired, worker);
                return;
        case IPC_TICK_RECORDS:
                (void) store_refresh_records(store, flow_record_refresh.name, flow_record_refresh.version, records_stale, worker);
                return;
        case IPC_TICK_SWEEP:
                (void) store_repair_tickets(store, flow_ticket_repair.name, flow_ticket_repair.version, repaired, worker);
                if (worker->role.config->rsi_enabled)
                        (void) store_refresh_rsi(store, flow_rsi_refresh.name, flow_rsi_refresh.version, refreshed, worker);
                sweep_start(worker);
                return;
        case IPC_TICK_REGISTER:
                commands_check(worker);
                return;
        case IPC_TICK_TELL_DEAD:
                if (!worker->is_telling_dead)
                        worker->is_telling_dead = store_dead_untold(store, 16, dead_known, worker) >= 0;
                return;
        case IPC_TICK_RETENTION:
                (void) store_retention(store, forgotten, worker);
                (void) store_audit_seal(store, sealed, worker);
                return;
        }
}
