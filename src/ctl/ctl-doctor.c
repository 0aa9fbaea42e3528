#include "ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "magikal/doctor-gather.h"
#include "magikal/ipc.h"
#include "magikal/limits.h"
#include "magikal/ratelimit.h"
#include "magikal/secret.h"

/*
 * What /tickets doctor looks at, from the host, so that it works without the daemon, and without each of the things it looks at: what cannot be
 * had is a finding. One guild after the other; what is the same in all of them is said once.
 */

#define ASK_TIMEOUT_MS 3000
#define START_MAX (10 * USEC_PER_SEC)   /* to the first connection with the database */
#define RSI_PER_MINUTE 30               /* rsi.h says why */

/* Exit statuses besides those of sysexits(3), which are 64 and above. */
enum { DOCTOR_EXIT_WARNING = 1, DOCTOR_EXIT_BROKEN = 2 };

typedef struct Doctor {
        const CtlOptions *options;
        Config *config;
        Secret *token;
        Keys *keys;
        sd_event *event;
        Store *store;
        Ratelimit *limits;
        Rest *rest;
        Rsi *rsi;
        DoctorFiles files;
        DoctorDaemon daemon;
        DoctorDatabase database;
        char *token_why, *keys_why, *database_why;
        Json *status;                   /* what the daemon said */
        GuildId *guilds;
        size_t n_guilds, next;
        bool has_started;               /* once: connections come and go */
        int error;
        size_t n_of[DOCTOR_BROKEN + 1];
        JsonWriter findings, rooms;
        StrBuf text;
} Doctor;

/* ---- words for a terminal ------------------------------------------------------------------------------------------------------------------ */

/* Names that people gave, without what a terminal would obey. */
static void put_name(StrBuf *out, const char *sign, const char *name, const char *otherwise) {
        strbuf_append(out, sign);
        for (const char *c = name ? name : otherwise; *c; c++)
                if ((unsigned char) *c >= ' ' && *c != 0x7f)
                        strbuf_append_char(out, *c);
}

/* A mention as its bearer's name; people are not named, for what is printed here may be kept. Bytes it took; 0: it is none. */
static size_t put_mention(StrBuf *out, const DoctorGuild *guild, const char *at) {
        uint64_t id;
        int n = 0;

        if (sscanf(at, "<#%" SCNu64 ">%n", &id, &n) == 1 && n > 0) {
                const DoctorChannel *channel = doctor_channel(guild, (ChannelId) { id });

                put_name(out, "#", channel ? channel->name : NULL, "(a channel that is gone)");
        } else if (sscanf(at, "<@&%" SCNu64 ">%n", &id, &n) == 1 && n > 0) {
                const DoctorRole *role = doctor_role(guild, (RoleId) { id });

                put_name(out, "@", role ? role->name : NULL, "(a role that is gone)");
        } else if (sscanf(at, "<@%" SCNu64 ">%n", &id, &n) == 1 && n > 0)
                strbuf_append(out, "whoever opened it");
        return (size_t) n;
}

/* Discord's markdown as plain text. */
static void put_plain(StrBuf *out, const DoctorGuild *guild, const char *text) {
        while (*text) {
                size_t n = *text == '<' ? put_mention(out, guild, text) : 0;

                if (n == 0 && *text == '\\' && text[1])
                        text++;
                if (n == 0)
                        strbuf_append_char(out, *text);
                text += n ? n : 1;
        }
}

static int format_plain(const DoctorGuild *guild, TextId sentence, const TextArg *args, char **ret_text) {
        _free_ char *marked = NULL;
        _strbuf_ StrBuf out = {};
        int r;

        r = text_format(LANG_EN, sentence, args, &marked);
        if (r < 0)
                return r;
        put_plain(&out, guild, marked);
        return strbuf_finish(&out, ret_text);
}

/* ---- reports ---------------------------------------------------------------------------------------------------------------------------------- */

static int report_finding(Doctor *d, const DoctorGuild *guild, const DoctorFinding *f) {
        bool is_of_guild = doctor_check_scope(f->check) == DOCTOR_OF_GUILD;
        _free_ char *said = NULL, *mended = NULL;
        TextArg args[DOCTOR_ARGS_MAX + 2];
        int r;

        doctor_finding_args(f, LANG_EN, args);
        if ((r = format_plain(guild, f->said, args, &said)) < 0 || (r = format_plain(guild, f->mended, args, &mended)) < 0)
                return r;
        d->n_of[f->severity]++;
        json_open(&d->findings);
        json_string(&d->findings, "check", doctor_check_name(f->check));
        json_string(&d->findings, "severity", doctor_severity_to_string(f->severity));
        if (is_of_guild)
                json_id(&d->findings, "guild", guild->guild.v);
        json_string(&d->findings, "said", said);
        json_string(&d->findings, "mended", mended);
        json_close(&d->findings);

        strbuf_appendf(&d->text, "%-8s %s", doctor_severity_to_string(f->severity), doctor_check_name(f->check));
        if (is_of_guild)
                strbuf_appendf(&d->text, ", guild %" PRIu64, guild->guild.v);
        strbuf_appendf(&d->text, "\n         %s\n         -> %s\n", said, mended);
        return d->text.error;
}

static void report_room(Doctor *d, const DoctorGuild *guild, const char *name, ChannelId category) {
        const DoctorChannel *channel = doctor_channel(guild, category);
        size_t n = doctor_channels_in(guild, category), n_max = category.v ? LIMIT_CATEGORY_CHANNELS : LIMIT_GUILD_CHANNELS;

        if (category.v && !channel)
                return;
        json_open(&d->rooms);
        json_id(&d->rooms, "guild", guild->guild.v);
        json_string(&d->rooms, "of", name);
        json_i64(&d->rooms, "channels", (int64_t) n);
        json_i64(&d->rooms, "limit", (int64_t) n_max);
        json_close(&d->rooms);
        strbuf_appendf(&d->text, "channels of %s in guild %" PRIu64 ": %zu of %zu\n", name, guild->guild.v, n, n_max);
}

static void report_rooms(Doctor *d, const DoctorGuild *guild) {
        if (guild->look != DOCTOR_SEEN)
                return;
        report_room(d, guild, "all", (ChannelId) { 0 });
        if (!guild->settings)
                return;
        report_room(d, guild, "the support category", guild->settings->support_category);
        report_room(d, guild, "the recruitment category", guild->settings->recruitment_category);
}

static void finish(Doctor *d, int r) {
        if (r < 0)
                d->error = r;
        (void) sd_event_exit(d->event, 0);
}

static void next_guild(Doctor *d);

static void gathered(const DoctorWorld *world, void *userdata) {
        Doctor *d = userdata;
        unsigned scopes = (d->next <= 1 ? DOCTOR_OF_INSTALLATION : 0) | (world->guild.guild.v ? DOCTOR_OF_GUILD : 0);
        DoctorReport report;
        int r = doctor_examine(world, scopes, &report);

        if (r < 0) {
                finish(d, r);
                return;
        }
        for (size_t i = 0; r == 0 && i < report.n; i++)
                r = report_finding(d, &world->guild, &report.findings[i]);
        report_rooms(d, &world->guild);
        doctor_report_done(&report);
        if (r < 0 || d->next >= d->n_guilds)
                finish(d, r);
        else
                next_guild(d);
}

/* With no guild at all the installation is looked at once. */
static void next_guild(Doctor *d) {
        GuildId guild = d->next < d->n_guilds ? d->guilds[d->next] : (GuildId) { 0 };
        int r;

        d->next++;
        r = doctor_gather(&(DoctorSources) { .event = d->event, .config = d->config, .keys = d->keys, .store = d->store, .rest = d->rest, .rsi = d->rsi,
                                             .guild = guild, .files = d->files, .daemon = d->daemon, .database = d->database },
                          gathered, d);
        if (r < 0)
                finish(d, r);
}

/* ---- what there is to look with ----------------------------------------------------------------------------------------------------------------- */

static void ask_daemon(Doctor *d) {
        _strbuf_ StrBuf url = {};
        _free_ char *text = NULL;

        strbuf_appendf(&url, "ipc://%s/control", d->config->runtime_dir);
        d->daemon.look = DOCTOR_UNSEEN;
        if (url.error < 0 || control_ask(strbuf_text(&url), "{\"ask\":\"status\"}", ASK_TIMEOUT_MS, &text) < 0 ||
            json_parse(text, strlen(text), &d->status) < 0 || json_get_string(d->status, "status", &d->daemon.status) != 0)
                return;
        d->daemon.look = DOCTOR_SEEN;
        (void) json_get_bool(d->status, "ready", &d->daemon.is_ready);
}

static int open_files(Doctor *d) {
        const Config *c = d->config;
        int fd = -1, r;

        if (keys_load(c->lookup_key_file, c->seal_key_file, c->control_key_file, &d->keys, &d->keys_why) < 0)
                d->files.keys_why = d->keys_why ? d->keys_why : "?";
        if (secret_read_file(c->token_file, "[discord] token_file", &d->token, &d->token_why) < 0) {
                d->files.token_why = d->token_why ? d->token_why : "?";
                return 0;
        }
        r = ratelimit_create(c->global_rate, &fd, &d->limits);
        if (r < 0)
                return r;
        (void) close(fd);               /* the mapping stays */
        return rest_new(d->event, &(RestConfig) { .base_url = c->rest_base_url, .ca_file = c->ca_file, .token = secret_reveal(d->token), .limits = d->limits },
                        &d->rest);
}

static int open_database(Doctor *d) {
        char owner[32];
        int r;

        r = store_check_schema(d->config->dsn, &d->database_why);
        if (r < 0) {
                d->database = (DoctorDatabase) { .look = DOCTOR_UNSEEN, .is_schema_wrong = r == -EPROTO, .why = d->database_why };
                return 0;
        }
        (void) snprintf(owner, sizeof(owner), "ctl::%d", (int) getpid());
        return store_new(d->event, &(StoreConfig) { .dsn = d->config->dsn, .name = "magikalctl", .owner = owner, .keys = d->keys, .has_front = true },
                         &d->store);
}

static int open_all(Doctor *d) {
        const Config *c = d->config;
        int r;

        if ((r = sd_event_new(&d->event)) < 0 || (r = open_files(d)) < 0 || (r = open_database(d)) < 0)
                return r;
        return rsi_new(d->event, &(RsiConfig) { .base_url = c->rsi_base_url, .timeout_ms = c->rsi_timeout_ms, .is_off = !c->rsi_enabled,
                                                .requests_per_minute = RSI_PER_MINUTE }, &d->rsi);
}

/* ---- which guilds ---------------------------------------------------------------------------------------------------------------------------------- */

static void guilds_known(int outcome, const GuildId *guilds, size_t n_guilds, void *userdata) {
        Doctor *d = userdata;

        if (outcome == 0 && n_guilds > 0) {
                d->guilds = calloc(n_guilds, sizeof(*guilds));
                if (!d->guilds) {
                        finish(d, -ENOMEM);
                        return;
                }
                copy_bytes(d->guilds, guilds, n_guilds * sizeof(*guilds));
                d->n_guilds = n_guilds;
        }
        next_guild(d);
}

static void start(Doctor *d) {
        if (d->has_started)
                return;
        d->has_started = true;
        if (d->n_guilds > 0 || !store_is_connected(d->store))
                next_guild(d);
        else if (store_guilds(d->store, guilds_known, d) < 0)
                next_guild(d);
}

static void on_state(bool is_connected, void *userdata) {
        if (is_connected)
                start(userdata);
}

/* The database let us look at its schema, but not stay; the questions will say so. */
static int on_start_timeout(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        start(userdata);
        return 0;
}

static int on_begin(_unused_ sd_event_source *source, void *userdata) {
        next_guild(userdata);
        return 0;
}

static int run(Doctor *d) {
        int r;

        if (d->store) {
                store_on_state(d->store, on_state, d);
                r = sd_event_add_time(d->event, NULL, CLOCK_BOOTTIME, clock_boottime() + START_MAX, 1, on_start_timeout, d);
        } else
                r = sd_event_add_defer(d->event, NULL, on_begin, d);
        if (r < 0)
                return r;
        r = sd_event_loop(d->event);
        return r < 0 ? r : d->error;
}

/* ---- the command --------------------------------------------------------------------------------------------------------------------------------- */

static const char *state_of(const Doctor *d) {
        return d->n_of[DOCTOR_BROKEN] ? "broken" : d->n_of[DOCTOR_WARNING] ? "warning" : "fine";
}

static int print_json(Doctor *d) {
        _json_writer_ JsonWriter w = {};
        _free_ char *findings = NULL, *rooms = NULL, *text = NULL;
        int r;

        json_close_array(&d->findings);
        json_close_array(&d->rooms);
        if ((r = json_writer_finish(&d->findings, &findings)) < 0 || (r = json_writer_finish(&d->rooms, &rooms)) < 0)
                return r;
        json_open(&w);
        json_string(&w, "state", state_of(d));
        json_raw(&w, "findings", findings);
        json_raw(&w, "channels", rooms);
        json_array(&w, "checks");
        for (int i = 0; i < _DOCTOR_CHECK_MAX; i++) {
                json_open(&w);
                json_string(&w, "check", doctor_check_name((DoctorCheckId) i));
                json_string(&w, "tests", doctor_check_tests((DoctorCheckId) i));
                json_bool(&w, "of_guild", doctor_check_scope((DoctorCheckId) i) == DOCTOR_OF_GUILD);
                json_close(&w);
        }
        json_close_array(&w);
        json_close(&w);
        r = json_writer_finish(&w, &text);
        if (r >= 0)
                (void) puts(text);
        return r;
}

static int print(Doctor *d) {
        if (d->options->json)
                return print_json(d);
        if (d->text.error < 0)
                return d->text.error;
        (void) fputs(strbuf_text(&d->text), stdout);
        if (d->n_of[DOCTOR_BROKEN] + d->n_of[DOCTOR_WARNING] + d->n_of[DOCTOR_NOTE] == 0)
                (void) printf("Everything is fine: %zu checks in %zu guilds found nothing.\n",
                              doctor_n_checks(DOCTOR_OF_INSTALLATION | (d->n_guilds ? DOCTOR_OF_GUILD : 0)), d->n_guilds);
        else
                (void) printf("%zu broken, %zu warnings, %zu notes; %zu guilds\n", d->n_of[DOCTOR_BROKEN], d->n_of[DOCTOR_WARNING], d->n_of[DOCTOR_NOTE],
                              d->n_guilds);
        return 0;
}

static void doctor_done(Doctor *d) {
        d->rsi = rsi_free(d->rsi);
        d->rest = rest_free(d->rest);
        d->store = store_free(d->store);
        d->limits = ratelimit_unmap(d->limits);
        d->event = sd_event_unref(d->event);
        d->token = secret_free(d->token);
        d->keys = keys_free(d->keys);
        d->config = config_free(d->config);
        d->status = json_free(d->status);
        json_writer_done(&d->findings);
        json_writer_done(&d->rooms);
        strbuf_done(&d->text);
        free(d->token_why);
        free(d->keys_why);
        free(d->database_why);
        free(d->guilds);
}

/* --guild: digits, or nothing. */
static int read_guild(Doctor *d, const char *text) {
        uint64_t id;

        if (!text)
                return 0;
        if (ctl_parse_id(text, &id) < 0)
                return -EINVAL;
        d->guilds = calloc(1, sizeof(*d->guilds));
        if (!d->guilds)
                return -ENOMEM;
        d->guilds[0].v = id;
        d->n_guilds = 1;
        return 0;
}

int ctl_doctor(const CtlOptions *options, _unused_ char *const args[]) {
        Doctor d = { .options = options };
        int status, r;

        r = read_guild(&d, options->guild);
        if (r == -EINVAL) {
                (void) fprintf(stderr, "magikalctl: %s: a guild is an id of Discord, 17 to 20 digits\n", options->guild);
                return EX_USAGE;
        }
        status = ctl_config(options, &d.config);
        if (status != 0) {
                doctor_done(&d);
                return status;
        }
        json_open_array(&d.findings);
        json_open_array(&d.rooms);
        ask_daemon(&d);
        if (r >= 0)
                r = open_all(&d);
        if (r >= 0)
                r = run(&d);
        if (r >= 0)
                r = print(&d);
        status = r < 0                       ? EX_OSERR
                 : d.n_of[DOCTOR_BROKEN]  ? DOCTOR_EXIT_BROKEN
                 : d.n_of[DOCTOR_WARNING] ? DOCTOR_EXIT_WARNING
                                          : 0;
        if (r < 0)
                (void) fprintf(stderr, "magikalctl: the doctor could not look: %s\n", strerror(-r));
        doctor_done(&d);
        return status;
}
