/* See sandbox-rig.h. The lower half is the model: every message create is counted, nothing is kept but the count. */

#include "sandbox-rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>

#include <cmocka.h>

#define TURNS_MAX 1500  /* about half a minute of nothing happening: the test hangs */

void rig_prepare(Rig *rig) {
        *rig = (Rig) {};
        strcpy(rig->dir, "/tmp/sandbox-test.XXXXXX");
        assert_non_null(mkdtemp(rig->dir));
        (void) snprintf(rig->state_file, sizeof(rig->state_file), "%s/state", rig->dir);
        (void) snprintf(rig->traffic_file, sizeof(rig->traffic_file), "%s/traffic", rig->dir);
        options_init(&rig->options);
        rig->options.listen = "127.0.0.1:0";
        rig->options.state_file = rig->state_file;
        rig->options.traffic_file = rig->traffic_file;
        rig->options.web_dir = rig->dir;
        rig->options.has_rate_limits = false;
}

void rig_start(Rig *rig) {
        assert_true(sd_event_new(&rig->event) >= 0);
        assert_int_equal(sandbox_new(&rig->options, rig->event, &rig->sandbox), 0);
}

void rig_stop(Rig *rig) {
        rig->sandbox = sandbox_free(rig->sandbox);
        rig->event = sd_event_unref(rig->event);
        clock_set_skew(0);
}

void rig_done(Rig *rig) {
        _strbuf_ StrBuf page = {};

        rig_stop(rig);
        strbuf_appendf(&page, "%s/index.html", rig->dir);
        (void) unlink(rig->state_file);
        (void) unlink(rig->traffic_file);
        (void) unlink(strbuf_text(&page));
        assert_int_equal(rmdir(rig->dir), 0);
}

void rig_turn(Rig *rig) {
        assert_true(sd_event_run(rig->event, 20000) >= 0);
}

int rig_connect(Rig *rig) {
        const char *address = http_address(rig->sandbox->http);
        struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t) atoi(strchr(address, ':') + 1)) };
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        assert_int_equal(inet_pton(AF_INET, "127.0.0.1", &to.sin_addr), 1);
        assert_int_equal(connect(fd, (struct sockaddr *) &to, sizeof(to)), 0);
        assert_true(fcntl(fd, F_SETFL, O_NONBLOCK) >= 0);
        return fd;
}

static void send_bytes(Rig *rig, int fd, const char *bytes, size_t n) {
        for (size_t i = 0; n > 0 && i < TURNS_MAX; i++) {
                ssize_t k = send(fd, bytes, n, MSG_NOSIGNAL);

                if (k > 0) {
                        bytes += k;
                        n -= (size_t) k;
                } else if (errno == EAGAIN)
                        rig_turn(rig);
                else
                        return;         /* the server has had enough; the reader will see */
        }
}

void rig_send(Rig *rig, int fd, const char *text) {
        send_bytes(rig, fd, text, strlen(text));
}

/* At least one byte, or 0 at the end of the connection. */
static size_t receive_some(Rig *rig, int fd, char *buffer, size_t n) {
        for (size_t i = 0; i < TURNS_MAX; i++) {
                ssize_t k = recv(fd, buffer, n, MSG_DONTWAIT);

                if (k >= 0)
                        return (size_t) k;
                if (errno != EAGAIN)
                        return 0;
                rig_turn(rig);
        }
        fail_msg("the server says nothing");
        return 0;
}

const char *http_reply_header(const HttpReply *reply, const char *name) {
        static char value[512];
        size_t n = strlen(name);

        value[0] = '\0';
        for (const char *at = strstr(reply->head, "\r\n"); at; at = strstr(at + 2, "\r\n"))
                if (strncasecmp(at + 2, name, n) == 0 && at[2 + n] == ':')
                        (void) sscanf(at + 3 + n, " %511[^\r]", value);
        return value;
}

void rig_receive(Rig *rig, int fd, HttpReply *ret_reply) {
        HttpReply r = {};
        size_t n = 0, n_body, at = 0;

        while (!strstr(r.head, "\r\n\r\n")) {
                assert_true(n < sizeof(r.head) - 1);
                if (receive_some(rig, fd, r.head + n, 1) == 0) {
                        assert_int_equal(n, 0); /* half a head would be a bug of the server's */
                        *ret_reply = r;
                        return;
                }
                n++;
        }
        assert_int_equal(sscanf(r.head, "HTTP/1.1 %d", &r.status), 1);
        n_body = (size_t) strtoul(http_reply_header(&r, "Content-Length"), NULL, 10);
        r.body = calloc(1, n_body + 1);
        assert_non_null(r.body);
        while (at < n_body) {
                size_t k = receive_some(rig, fd, r.body + at, n_body - at);

                assert_true(k > 0);
                at += k;
        }
        if (n_body > 0)
                (void) !json_parse(r.body, n_body, &r.json);
        *ret_reply = r;
}

void http_reply_done(HttpReply *reply) {
        json_free(reply->json);
        free(reply->body);
        *reply = (HttpReply) {};
}

void rig_write_request(StrBuf *out, const char *method, const char *path, const char *body) {
        strbuf_appendf(out, "%s %s HTTP/1.1\r\nHost: sandbox.test\r\n", method, path);
        if (strncmp(path, "/api", 4) == 0)
                strbuf_append(out, "Authorization: Bot sandbox-token\r\nUser-Agent: DiscordBot (http://example.org, 1)\r\n");
        if (body)
                strbuf_appendf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
        strbuf_appendf(out, "\r\n%s", body ? body : "");
}

void rig_call(Rig *rig, const char *method, const char *path, const char *body, HttpReply *ret_reply) {
        _close_ int fd = rig_connect(rig);
        _strbuf_ StrBuf text = {};

        rig_write_request(&text, method, path, body);
        rig_send(rig, fd, strbuf_text(&text));
        rig_receive(rig, fd, ret_reply);
}

void rig_expect(Rig *rig, const char *method, const char *path, const char *body, int status) {
        _reply_ HttpReply r = {};

        rig_call(rig, method, path, body, &r);
        if (r.status != status)
                fail_msg("%s %s: %d instead of %d: %s", method, path, r.status, status, r.body ? r.body : "");
}

/* ---- WebSocket client ------------------------------------------------------------------------------------------------ */

void client_open(Client *client, Rig *rig, const char *path) {
        _strbuf_ StrBuf text = {};
        _reply_ HttpReply r = {};

        *client = (Client) { .rig = rig, .fd = rig_connect(rig) };
        strbuf_appendf(&text,
                       "GET %s HTTP/1.1\r\nHost: sandbox.test\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path);
        rig_send(rig, client->fd, strbuf_text(&text));
        rig_receive(rig, client->fd, &r);
        assert_int_equal(r.status, 101);
        /* The example of RFC 6455, 1.3 */
        assert_string_equal(http_reply_header(&r, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

void client_done(Client *client) {
        if (client->fd >= 0)
                (void) close(client->fd);
        client->fd = -1;
        client->frame = json_free(client->frame);
        strbuf_done(&client->raw);
}

void client_send_bytes(Client *client, int opcode, const void *bytes, size_t n) {
        static const unsigned char mask[4] = { 0x12, 0x34, 0x56, 0x78 };
        _strbuf_ StrBuf out = {};
        const unsigned char *b = bytes;

        strbuf_append_char(&out, (char) (0x80 | opcode));
        if (n < 126)
                strbuf_append_char(&out, (char) (0x80 | n));
        else {
                assert_true(n < 65536);
                strbuf_append_char(&out, (char) (0x80 | 126));
                strbuf_append_char(&out, (char) (n >> 8));
                strbuf_append_char(&out, (char) n);
        }
        strbuf_append_bytes(&out, mask, sizeof(mask));
        for (size_t i = 0; i < n; i++)
                strbuf_append_char(&out, (char) (b[i] ^ mask[i % 4]));
        send_bytes(client->rig, client->fd, out.text, out.n_bytes);
}

void client_send(Client *client, const char *text) {
        client_send_bytes(client, 1, text, strlen(text));
}

void client_close(Client *client, unsigned code) {
        unsigned char payload[2] = { (unsigned char) (code >> 8), (unsigned char) code };

        client_send_bytes(client, 8, payload, sizeof(payload));
}

static bool client_read(Client *client, void *to, size_t n) {
        size_t at = 0;

        while (at < n) {
                size_t k = receive_some(client->rig, client->fd, (char *) to + at, n - at);

                if (k == 0)
                        return false;
                at += k;
        }
        return true;
}

const Json *client_next(Client *client) {
        unsigned char head[2], length[8];
        size_t n;

        client->frame = json_free(client->frame);
        strbuf_clear(&client->raw);
        for (;;) {
                if (!client_read(client, head, 2)) {
                        client->is_over = true;
                        return NULL;
                }
                assert_int_equal(head[1] & 0x80, 0);    /* servers do not mask */
                n = head[1] & 0x7f;
                if (n >= 126) {
                        size_t k = n == 126 ? 2 : 8;

                        assert_true(client_read(client, length, k));
                        n = 0;
                        for (size_t i = 0; i < k; i++)
                                n = n << 8 | length[i];
                }
                for (size_t i = 0; i < n; i++) {
                        char c;

                        if (!client_read(client, &c, 1)) {
                                client->is_over = true;
                                return NULL;
                        }
                        strbuf_append_char(&client->raw, c);
                }
                if ((head[0] & 0x0f) == 8) {
                        client->close_code = n >= 2 ? (unsigned) ((unsigned char) client->raw.text[0] << 8 | (unsigned char) client->raw.text[1]) : 0;
                        strbuf_clear(&client->raw);
                        continue;
                }
                client->is_binary = (head[0] & 0x0f) == 2;
                if (!client->is_binary)
                        assert_int_equal(json_parse(strbuf_text(&client->raw), client->raw.n_bytes, &client->frame), 0);
                return client->frame;
        }
}

const Json *client_expect(Client *client, int op, const char *event) {
        const Json *frame = client_next(client);
        int64_t v = -1;

        if (!frame)
                fail_msg("the connection ended (close code %u) instead of op %d", client->close_code, op);
        assert_int_equal(json_get_i64(frame, "op", &v), 0);
        assert_int_equal(v, op);
        if (event)
                assert_string_equal(json_text(json_get(frame, "t")), event);
        return json_get(frame, "d");
}

void client_expect_close(Client *client, unsigned code) {
        const Json *frame = client_next(client);

        if (frame)
                fail_msg("%s instead of close code %u", strbuf_text(&client->raw), code);
        assert_true(client->is_over);
        assert_int_equal(client->close_code, code);
}

void client_login(Client *client, Rig *rig, char ret_session[static 64]) {
        client_open(client, rig, "/?v=10&encoding=json");
        (void) client_expect(client, 10, NULL);
        client_send(client, "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":33283,\"properties\":{\"os\":\"linux\"}}}");
        (void) snprintf(ret_session, 64, "%s", json_text(json_get(client_expect(client, 0, "READY"), "session_id")));
        (void) client_expect(client, 0, "GUILD_CREATE");
}

/* ---- the model -------------------------------------------------------------------------------------------------------- */

struct SbxModel {
        unsigned n_applied;
        bool has_timer_run;
        bool is_acknowledged;
};

unsigned rig_n_applied(Rig *rig) {
        return rig->sandbox->model->n_applied;
}

bool rig_timer_ran(Rig *rig) {
        return rig->sandbox->model->has_timer_run;
}

SbxModel *model_new(Sandbox *sandbox _unused_) {
        return new0(SbxModel, 1);
}

SbxModel *model_free(SbxModel *model) {
        free(model);
        return NULL;
}

int model_reset(Sandbox *sandbox) {
        *sbx_model(sandbox) = (SbxModel) {};
        return 0;
}

void model_save(Sandbox *sandbox, JsonWriter *w) {
        json_open(w);
        json_i64(w, "applied", sbx_model(sandbox)->n_applied);
        json_close(w);
}

int model_load(Sandbox *sandbox, const Json *state) {
        int64_t n;

        if (json_get_i64(state, "applied", &n) != 0)
                return -EBADMSG;
        sandbox->model->n_applied = (unsigned) n;
        return 0;
}

uint64_t model_application_id(Sandbox *sandbox _unused_) {
        return UINT64_C(900000000000000001);
}

bool model_has_bot(Sandbox *sandbox) {
        (void) sandbox;
        return true;
}

uint64_t model_guild_id(Sandbox *sandbox _unused_) {
        return UINT64_C(800000000000000001);
}

void model_put_self(Sandbox *sandbox, JsonWriter *w) {
        json_open(w);
        json_id(w, "id", model_application_id(sandbox));
        json_close(w);
}

void model_each_members_chunk(Sandbox *sandbox _unused_, const Json *request, void (*send)(void *userdata, const char *d), void *userdata) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        json_string(&w, "nonce", json_text(json_get(request, "nonce")));
        json_close(&w);
        if (json_writer_finish(&w, &d) == 0)
                send(userdata, d);
}

void model_put_guild_create(Sandbox *sandbox, JsonWriter *w, uint32_t intents _unused_, size_t large_threshold _unused_) {
        json_open(w);
        json_id(w, "id", model_guild_id(sandbox));
        json_close(w);
}

bool model_may_see(Sandbox *sandbox _unused_, uint64_t user, uint64_t channel) {
        return user == 1 || channel != 13;
}

bool model_is_person(Sandbox *sandbox _unused_, uint64_t user) {
        return user == 1 || user == 2;
}

static void on_timer(Sandbox *sandbox, void *userdata _unused_) {
        sbx_model(sandbox)->has_timer_run = true;
        sbx_model(sandbox)->is_acknowledged = true;
        sbx_wake(sandbox);
}

/* "act" starts a timer of 3 s, "world" sends a message event. */
void model_control(Sandbox *sandbox, const char *what, const SbxRequest *request, SbxReply *reply) {
        if (streq(what, "act"))
                assert_non_null(sbx_timer(sandbox, 3000, on_timer, NULL));
        if (streq(what, "world")) {
                sbx_dispatch(sandbox, &(SbxDispatch) { .event = "MESSAGE_CREATE", .intent = SBX_INTENT_GUILD_MESSAGES, .guild = model_guild_id(sandbox),
                                                       .d = "{\"content\":\"hello\"}", .d_without_content = "{\"content\":\"\"}" });
                sbx_push(sandbox, 0, sbx_query_u64(request, "channel", 0), "message_create", "{}");
        }
        sbx_reply_text(reply, 200, "{}");
}

int model_interaction_view(Sandbox *sandbox, uint64_t id, JsonWriter *w, bool *ret_acknowledged, bool *ret_final) {
        if (id != 7)
                return -ENOENT;
        json_open(w);
        json_bool(w, "acknowledged", sbx_model(sandbox)->is_acknowledged);
        json_close(w);
        *ret_acknowledged = sbx_model(sandbox)->is_acknowledged;
        *ret_final = false;
        return 0;
}

uint64_t model_interaction_of(Sandbox *sandbox _unused_, const SbxRequest *request) {
        return request->n_args == 2 && strstr(request->path, "/callback") ? request->ids[0] : 0;
}

static void message_create(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        sbx_model(sandbox)->n_applied++;
        sbx_changed(sandbox);
        sbx_effect(sandbox, &(SbxEffect) { .effect = "message.create", .channel = request->ids[0], .reason = request->reason, .body = request->body });
        json_open(&w);
        json_id(&w, "id", sbx_snowflake(sandbox));
        json_string(&w, "channel", request->args[0]);
        json_i64(&w, "files", (int64_t) request->n_files);
        json_raw(&w, "content", json_text(json_get(request->body, "content")) ? "true" : "false");
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

static void nothing(Sandbox *sandbox _unused_, const SbxRequest *request _unused_, SbxReply *reply) {
        sbx_reply_empty(reply);
}

const SbxRoute sbx_routes[] = {
        { "GET", "/gateway/bot", SBX_AUTH_BOT, SBX_BUCKET_NONE, sbx_get_gateway_bot },
        { "GET", "/users/@me", SBX_AUTH_BOT, SBX_BUCKET_DEFAULT, nothing },
        { "POST", "/channels/{channel_id}/messages", SBX_AUTH_BOT, SBX_BUCKET_MESSAGE_CREATE, message_create },
        { "PATCH", "/channels/{channel_id}/messages/{message_id}", SBX_AUTH_BOT, SBX_BUCKET_MESSAGE_EDIT, nothing },
        { "PATCH", "/channels/{channel_id}", SBX_AUTH_BOT, SBX_BUCKET_CHANNEL_EDIT, nothing },
        { "POST", "/interactions/{interaction_id}/{interaction_token}/callback", SBX_AUTH_NONE, SBX_BUCKET_NONE, nothing },
        { "PATCH", "/webhooks/{application_id}/{interaction_token}/messages/@original", SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK, nothing },
};
const size_t sbx_n_routes = ELEMENTSOF(sbx_routes);

int rig_set_up(void **state) {
        Rig *rig = new0(Rig, 1);

        assert_non_null(rig);
        rig_prepare(rig);
        rig_start(rig);
        *state = rig;
        return 0;
}

int rig_tear_down(void **state) {
        rig_done(*state);
        free(*state);
        return 0;
}
