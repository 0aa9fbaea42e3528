/* magikald.conf: defaults, every kind of mistake with its line, continuation, what is printed, what a reload may change. */

#include "magikal/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include <cmocka.h>

#define NEEDED "[discord]\napplication_id = 900000000000000001\n[database]\ndsn = postgresql:///magikal\n"

static Config *parse_good(const char *text) {
        _free_ char *why = NULL;
        Config *config = NULL;
        int r = config_parse("m.conf", text, strlen(text), &config, &why);

        if (r < 0)
                print_error("%s\n", why);
        assert_int_equal(r, 0);
        assert_non_null(config);
        return config;
}

static void assert_refused(const char *text, const char *sentence) {
        _free_ char *why = NULL;
        Config *config = NULL;

        assert_int_equal(config_parse("m.conf", text, strlen(text), &config, &why), -EINVAL);
        assert_null(config);
        assert_non_null(why);
        assert_string_equal(why, sentence);
}

static void defaults_are_those_of_the_table(void **state) {
        _cleanup_(config_freep) Config *c = NULL;

        (void) state;
        unsetenv("CREDENTIALS_DIRECTORY");
        unsetenv("RUNTIME_DIRECTORY");
        c = parse_good(NEEDED);
        assert_int_equal(c->application_id.v, UINT64_C(900000000000000001));
        assert_string_equal(c->dsn, "postgresql:///magikal");
        assert_null(c->token_file);
        assert_null(c->seal_key_file);
        assert_null(c->gateway_url);
        assert_null(c->migrate_dsn);
        assert_string_equal(c->rest_base_url, "https://discord.com/api/v10");
        assert_string_equal(c->runtime_dir, "/run/magikal");
        assert_int_equal(c->intents_members, AUTO_BOOL_AUTO);
        assert_int_equal(c->compression, COMPRESSION_ZLIB_STREAM);
        assert_int_equal(c->global_rate, 45);
        assert_int_equal(c->n_workers, 0);
        assert_int_equal(c->flows_per_worker, 64);
        assert_int_equal(c->open_cooldown_s, 60);
        assert_int_equal(c->log_level, LOG_INFO);
        assert_true(c->rsi_enabled);
}

static void credentials_come_from_the_service_manager(void **state) {
        _cleanup_(config_freep) Config *c = NULL;

        (void) state;
        setenv("CREDENTIALS_DIRECTORY", "/run/credentials/magikald.service", 1);
        setenv("RUNTIME_DIRECTORY", "/run/other", 1);
        c = parse_good("[keys]\nseal_key_file = /etc/seal\n" NEEDED);
        unsetenv("CREDENTIALS_DIRECTORY");
        unsetenv("RUNTIME_DIRECTORY");
        assert_string_equal(c->token_file, "/run/credentials/magikald.service/discord-token");
        assert_string_equal(c->lookup_key_file, "/run/credentials/magikald.service/lookup-key");
        assert_string_equal(c->control_key_file, "/run/credentials/magikald.service/control-key");
        assert_string_equal(c->seal_key_file, "/etc/seal");
        assert_string_equal(c->runtime_dir, "/run/other");
}

static void values_are_read_as_their_kind(void **state) {
        _cleanup_(config_freep) Config *c = parse_good(
                "# comment\n; comment\n" NEEDED "[process]\nworkers = 7\n  # indented comment\nruntime_dir = /tmp/r\n"
                "[rsi]\nenabled = off\nbase_url = http://127.0.0.1:8780/rsi/ ; comment\nprobe_handle = Asterin-Vale\n[log]\nlevel = debug\n");

        (void) state;
        assert_int_equal(c->n_workers, 7);
        assert_false(c->rsi_enabled);
        assert_string_equal(c->rsi_base_url, "http://127.0.0.1:8780/rsi");
        assert_string_equal(c->rsi_probe_handle, "Asterin-Vale");
        assert_int_equal(c->log_level, LOG_DEBUG);
}

static void long_dsn_goes_on_in_indented_lines(void **state) {
        _cleanup_(config_freep) Config *a = parse_good("[discord]\napplication_id = 1\n[database]\ndsn = postgresql://m@one,\n  two:6432,\n\tthree/db\n");
        _cleanup_(config_freep) Config *b = parse_good("[discord]\napplication_id = 1\n[database]\ndsn = host=one\n  dbname=db\n");

        (void) state;
        assert_string_equal(a->dsn, "postgresql://m@one,two:6432,three/db");
        assert_string_equal(b->dsn, "host=one dbname=db");
}

static void mistakes_name_line_and_remedy(void **state) {
        static const struct {
                const char *text, *sentence;
        } rows[] = {
                { "[process]\nwrokers = 2\n",
                  "m.conf:2: section [process] has no key \"wrokers\"; it has workers flows_per_worker recycle_flows runtime_dir." },
                { "[proces]\nworkers = 2\n",
                  "m.conf:2: there is no section [proces]; known are [discord] [database] [rsi] [process] [keys] [tickets] [log]." },
                { "workers = 2\n",
                  "m.conf:1: \"workers\" stands before any section; put one of these above it: [discord] [database] [rsi] [process] [keys] [tickets] [log]." },
                { "[process]\nworkers = 2\n\nworkers = 3\n", "m.conf:4: [process] workers is already set in line 2; remove one of the two." },
                { "[rsi]\nprobe_handle = Vale of Asterin\n", "m.conf:2: [rsi] probe_handle must be made of letters, digits, _ and -." },
                { "[process]\nworkers = 17\n", "m.conf:2: [process] workers must be a whole number from 1 to 16, or auto." },
                { "[process]\nworkers = -1\n", "m.conf:2: [process] workers must be a whole number from 1 to 16, or auto." },
                { "[process]\nworkers = 2x\n", "m.conf:2: [process] workers must be a whole number from 1 to 16, or auto." },
                { "[process]\nworkers =\n", "m.conf:2: [process] workers must be a whole number from 1 to 16, or auto." },
                { "[process]\nrecycle_flows = 99999999999999999999999\n",
                  "m.conf:2: [process] recycle_flows must be a whole number from 100 to 100000000." },
                { "[process]\nruntime_dir = run\n", "m.conf:2: [process] runtime_dir must be an absolute path, that is begin with /." },
                { "[process]\nworkers\n", "m.conf:2: is neither [section] nor key = value; begin comments with # or ;." },
                { "[process\nworkers = 2\n", "m.conf:1: is neither [section] nor key = value; begin comments with # or ;." },
                { "[process]\nworkers = 2\n flows_per_worker = 3\n",
                  "m.conf:3: the line is indented and would continue [process] workers; begin it at the margin." },
                { "[rsi]\nenabled = maybe\n", "m.conf:2: [rsi] enabled must be one of yes, no, true, false, on, off." },
                { "[discord]\napplication_id = 12ab\n", "m.conf:2: [discord] application_id must be an id of Discord, 17 to 20 digits." },
                { "[discord]\nrest_base_url = http://discord.com/api/v10\n",
                  "m.conf:2: [discord] rest_base_url is not encrypted; use https://, for http:// is accepted for loopback addresses only." },
                { "[discord]\nrest_base_url = wss://discord.com\n",
                  "m.conf:2: [discord] rest_base_url must be a URL like https://host/path, without user name and query." },
                { "[discord]\ngateway_url = ws://gateway.example\n",
                  "m.conf:2: [discord] gateway_url is not encrypted; use wss://, for ws:// is accepted for loopback addresses only." },
                { "[discord]\ngateway_url = wss://gateway.example/?v=9\n",
                  "m.conf:2: [discord] gateway_url must be a URL like wss://host/path, without user name and query." },
                { "[discord]\ncompression = zstd\n", "m.conf:2: [discord] compression must be one of zlib-stream, none." },
                { "[database]\ndsn = magikal\n",
                  "m.conf:2: [database] dsn must be a URI like postgresql://user@host/database or a keyword string like \"host=… dbname=…\"." },
                { "[log]\nlevel = loud\n", "m.conf:2: [log] level must be one of debug, info, notice, warning, err." },
                { "[log]\nlevel = info\n",
                  "m.conf: [discord] application_id is not set; add it. Id of the application, from the developer portal's page \"General Information\". Needed." },
                { "[discord]\napplication_id = 1\n[database]\ndsn =\n", "m.conf: [database] dsn is empty; say how to reach PostgreSQL." },
                { NEEDED "[tickets]\nedit_quiet_ms = 5000\n", "m.conf: [tickets] edit_quiet_ms is greater than edit_max_ms; make it smaller." },
                { "[log]\n# \xff\n", "m.conf: is not text in UTF-8; save it as such." },
                /* the first of several mistakes is told */
                { "[log]\nlevel = loud\nnonsense\n", "m.conf:2: [log] level must be one of debug, info, notice, warning, err." },
                { "[log]\nnonsense\nlevel = loud\n", "m.conf:2: is neither [section] nor key = value; begin comments with # or ;." },
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                assert_refused(rows[i].text, rows[i].sentence);
}

static void overlong_line_is_refused_not_cut(void **state) {
        _strbuf_ StrBuf text = {};

        (void) state;
        strbuf_append(&text, "[database]\ndsn = postgresql:///");
        for (int i = 0; i < 300; i++)
                strbuf_append_char(&text, 'x');
        assert_refused(strbuf_text(&text),
                       "m.conf:2: the line has 320 bytes and may have 197; a DSN may go on in the next line if that is indented.");
}

static void file_that_is_not_there_is_named(void **state) {
        _free_ char *why = NULL;
        Config *config = NULL;

        (void) state;
        assert_int_equal(config_load("/nonexistent/magikald.conf", &config, &why), -ENOENT);
        assert_non_null(strstr(why, "/nonexistent/magikald.conf: cannot be read"));
        assert_non_null(strstr(why, "--config"));
}

static void sample_is_good(void **state) {
        const char *source = getenv("MAGIKAL_SOURCE_DIR");
        _cleanup_(config_freep) Config *config = NULL;
        _strbuf_ StrBuf path = {};
        _free_ char *why = NULL;

        (void) state;
        strbuf_appendf(&path, "%s/systemd/magikald.conf", source ? source : ".");
        if (config_load(strbuf_text(&path), &config, &why) < 0)
                fail_msg("%s", why);
        assert_string_equal(config->dsn, "postgresql:///magikal");
}

static void print_can_be_read_back(void **state) {
        _cleanup_(config_freep) Config *a = parse_good(NEEDED "[process]\nworkers = 3\n[rsi]\nenabled = no\n"), *b = NULL;
        _strbuf_ StrBuf one = {}, two = {}, differs = {};

        (void) state;
        config_print(a, &one);
        b = parse_good(strbuf_text(&one));
        config_print(b, &two);
        assert_string_equal(strbuf_text(&one), strbuf_text(&two));
        config_needs_restart(a, b, &differs);
        assert_string_equal(strbuf_text(&differs), "");
        assert_non_null(strstr(strbuf_text(&one), "# Default: 45. Needs a restart.\nglobal_rate = 45\n"));
        assert_non_null(strstr(strbuf_text(&one), "workers = 3\n"));
}

static void passwords_are_not_printed(void **state) {
        static const struct {
                const char *dsn, *shown;
        } rows[] = {
                { "postgresql://m:hunter2@h,i/db?x=1", "dsn = postgresql://m:***@h,i/db?x=1\n" },
                { "postgresql://h/db?password=hunter2&user=m", "dsn = postgresql://h/db?password=***&user=m\n" },
                { "host=h password=hunter2 user=m", "dsn = host=h password=*** user=m\n" },
                { "host=h password = 'hunter2 \\' x' user=m", "dsn = host=h password = *** user=m\n" },
                { "host=h user=m", "dsn = host=h user=m\n" },
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _strbuf_ StrBuf text = {}, out = {};
                _cleanup_(config_freep) Config *c = NULL;

                strbuf_appendf(&text, "[discord]\napplication_id = 1\n[database]\ndsn = %s\n", rows[i].dsn);
                c = parse_good(strbuf_text(&text));
                assert_string_equal(c->dsn, rows[i].dsn);
                config_print(c, &out);
                assert_null(strstr(strbuf_text(&out), "hunter2"));
                assert_non_null(strstr(strbuf_text(&out), rows[i].shown));
        }
}

static void reload_takes_what_it_can(void **state) {
        _cleanup_(config_freep) Config *a = parse_good(NEEDED);
        _cleanup_(config_freep) Config *b = parse_good(NEEDED "[tickets]\nopens_per_day = 9\n[process]\nworkers = 4\n");
        _cleanup_(config_freep) Config *c = parse_good("[discord]\napplication_id = 7\nshards = 2\n[database]\ndsn = postgresql:///magikal\n");
        _strbuf_ StrBuf ab = {}, ac = {};

        (void) state;
        config_needs_restart(a, b, &ab);
        assert_string_equal(strbuf_text(&ab), "");
        config_needs_restart(a, c, &ac);
        assert_string_equal(strbuf_text(&ac), "[discord] application_id, [discord] shards");
}

static void workers_follow_processors(void **state) {
        Config c = {};

        (void) state;
        assert_int_equal(config_n_workers(&c, 1), 2);
        assert_int_equal(config_n_workers(&c, 6), 6);
        assert_int_equal(config_n_workers(&c, 64), 16);
        c.n_workers = 1;
        assert_int_equal(config_n_workers(&c, 6), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(defaults_are_those_of_the_table),
                cmocka_unit_test(credentials_come_from_the_service_manager),
                cmocka_unit_test(values_are_read_as_their_kind),
                cmocka_unit_test(long_dsn_goes_on_in_indented_lines),
                cmocka_unit_test(mistakes_name_line_and_remedy),
                cmocka_unit_test(overlong_line_is_refused_not_cut),
                cmocka_unit_test(file_that_is_not_there_is_named),
                cmocka_unit_test(sample_is_good),
                cmocka_unit_test(print_can_be_read_back),
                cmocka_unit_test(passwords_are_not_printed),
                cmocka_unit_test(reload_takes_what_it_can),
                cmocka_unit_test(workers_follow_processors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
