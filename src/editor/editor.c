/*
 * The editor: the one process that changes messages already posted. Workers write what they want to the database and send a hint; what
 * happens with it is edits.c. Here is the process: its start, what the supervisor says, its end.
 */

#include "edits.h"

#include <errno.h>

#include "magikal/log.h"
#include "magikal/role.h"

typedef struct Editor {
        RoleContext role;
        Store *store;
        Rest *rest;
        Edits *edits;
        bool is_ready, is_draining;
} Editor;

/* ---- what the supervisor says -------------------------------------------------------------------------------------------------- */

static void editor_drain(Editor *editor) {
        if (editor->is_draining)
                return;
        editor->is_draining = true;
        edits_drain(editor->edits);
}

static void on_message(const IpcMessage *message, void *userdata) {
        Editor *editor = userdata;

        switch (message->type) {
        case IPC_EDIT_HINT:
                edits_hint(editor->edits);
                return;
        case IPC_DRAIN:
                editor_drain(editor);
                return;
        default:
                return;
        }
}

static void on_stop(void *userdata) {
        editor_drain(userdata);
}

static void on_load(RoleLoad *ret, void *userdata) {
        const Editor *editor = userdata;

        *ret = (RoleLoad) { .n_flows = edits_n_in_flight(editor->edits), .n_steps = edits_n_written(editor->edits) };
}

/* ---- what the edits tell -------------------------------------------------------------------------------------------------------- */

static void on_applied(ChannelId channel, MessageId message, uint64_t version, void *userdata) {
        Editor *editor = userdata;

        /* A hint that may be lost: whoever waits looks at the row by itself too */
        (void) channel_send(editor->role.supervisor, &(IpcMessage) { .type = IPC_APPLIED, .applied = {
                .channel = channel.v,
                .message = message.v,
                .version = version,
        } });
}

static void on_drained(void *userdata) {
        Editor *editor = userdata;

        role_exit(&editor->role, 0);
}

static void on_store_state(bool is_connected, void *userdata) {
        Editor *editor = userdata;

        if (!is_connected)
                return;
        edits_wake(editor->edits);
        if (!editor->is_ready && role_ready(&editor->role) >= 0)
                editor->is_ready = true;
}

/* ---- start ----------------------------------------------------------------------------------------------------------------------- */

static int editor_start(Editor *editor) {
        const Config *config = editor->role.config;
        int r;

        r = store_new(editor->role.event,
                      &(StoreConfig) { .dsn = config->dsn, .name = "magikald editor", .owner = editor->role.owner, .keys = editor->role.keys },
                      &editor->store);
        if (r < 0)
                return r;
        r = rest_new(editor->role.event,
                     &(RestConfig) { .base_url = config->rest_base_url, .ca_file = config->ca_file,
                                     .token = secret_reveal(editor->role.token), .limits = editor->role.limits },
                     &editor->rest);
        if (r < 0)
                return r;
        r = edits_new(&(EditsConfig) { .event = editor->role.event, .store = editor->store, .rest = editor->rest,
                                       .quiet = (Usec) config->edit_quiet_ms * USEC_PER_MSEC, .travels = &editor->role.travels,
                                       .applied = on_applied, .drained = on_drained, .userdata = editor },
                      &editor->edits);
        if (r < 0)
                return r;
        store_on_state(editor->store, on_store_state, editor);
        return 0;
}

int editor_main(int argc, char *argv[]) {
        static const RoleOps ops = { .message = on_message, .stop = on_stop, .load = on_load };
        Editor editor = {};
        int status, r;

        status = role_start(argc, argv, &ops, &editor, &editor.role);
        if (status != 0)
                return status;
        r = editor_start(&editor);
        if (r < 0) {
                log_event(LOG_ERR, "editor.start_failed", "The editor could not start.", LOG_ERRNO(r));
                status = ROLE_EXIT_FAILURE;
        } else
                status = role_run(&editor.role);

        editor.edits = edits_free(editor.edits);
        editor.rest = rest_free(editor.rest);
        editor.store = store_free(editor.store);
        role_done(&editor.role);
        return status;
}
