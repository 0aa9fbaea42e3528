/* Interactions: Discord's examples are understood, everything unknown is passed over, everything malformed is refused with a reason. */

#include "magikal/interaction.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The contract's examples, section 3.1: BASE and what each kind adds. */
#define BASE                                                                                                          \
        "\"id\":\"840000000000000001\",\"application_id\":\"900000000000000001\",\"version\":1,\"token\":\"aW50ZXJhY3Rpb246ODQw\"," \
        "\"guild_id\":\"800000000000000001\",\"guild\":{\"id\":\"800000000000000001\",\"locale\":\"ko\",\"features\":[]},"   \
        "\"channel_id\":\"820000000000000002\",\"channel\":{\"id\":\"820000000000000002\",\"type\":0,\"name\":\"general\",\"guild_id\":" \
        "\"800000000000000001\",\"position\":1,\"parent_id\":\"820000000000000001\",\"topic\":null,\"nsfw\":false,"        \
        "\"last_message_id\":\"830000000000000001\",\"rate_limit_per_user\":0,\"flags\":0,\"permissions\":\"2248473465835073\"}," \
        "\"member\":{\"user\":{\"id\":\"700000000000000002\",\"username\":\"kim\",\"global_name\":\"Kim\",\"discriminator\":\"0\",\"avatar\":null," \
        "\"public_flags\":0},\"nick\":null,\"avatar\":null,\"banner\":null,\"roles\":[\"810000000000000003\"],\"joined_at\":" \
        "\"2026-01-05T00:00:00.000000+00:00\",\"premium_since\":null,\"deaf\":false,\"mute\":false,\"flags\":0,\"pending\":false," \
        "\"communication_disabled_until\":null,\"permissions\":\"2248473465835073\"},"                               \
        "\"app_permissions\":\"402779152\",\"locale\":\"ko\",\"guild_locale\":\"ko\",\"entitlements\":[],"               \
        "\"authorizing_integration_owners\":{\"0\":\"800000000000000001\"},\"context\":0,\"attachment_size_limit\":10485760"

#define FRAME(rest) "{\"op\":0,\"t\":\"INTERACTION_CREATE\",\"s\":7,\"d\":{" BASE "," rest "}}"

#define MESSAGE_WITH(FLAGS)                                                                                           \
        "\"message\":{\"id\":\"860000000000000001\",\"channel_id\":\"820000000000000002\",\"type\":0,\"content\":\"\",\"timestamp\":" \
        "\"2026-02-03T04:05:06.789000+00:00\",\"edited_timestamp\":null,\"tts\":false,\"mention_everyone\":false,\"mentions\":[]," \
        "\"mention_roles\":[],\"attachments\":[],\"embeds\":[],\"pinned\":false,\"flags\":" FLAGS ",\"application_id\":\"900000000000000001\"," \
        "\"author\":{\"id\":\"900000000000000001\",\"username\":\"qnabot\",\"discriminator\":\"0000\",\"global_name\":null,\"avatar\":null," \
        "\"bot\":true,\"public_flags\":0},"                                                                           \
        "\"components\":[{\"type\":1,\"id\":1,\"components\":[{\"type\":2,\"id\":2,\"style\":4,\"label\":\"Close\",\"custom_id\":\"tk:close:42\"}]}]}"

#define MESSAGE MESSAGE_WITH("0")

#define COMMAND                                                                                                       \
        "\"type\":2,\"data\":{\"id\":\"850000000000000001\",\"name\":\"ticket\",\"type\":1,"                            \
        "\"options\":[{\"name\":\"setup\",\"type\":1,\"options\":["                                                     \
        "{\"name\":\"staff\",\"type\":8,\"value\":\"810000000000000003\"},"                                             \
        "{\"name\":\"category\",\"type\":7,\"value\":\"820000000000000001\"},"                                          \
        "{\"name\":\"owner\",\"type\":6,\"value\":\"700000000000000002\"},"                                             \
        "{\"name\":\"limit\",\"type\":4,\"value\":3},{\"name\":\"open\",\"type\":5,\"value\":true}]}],"                 \
        "\"resolved\":{"                                                                                              \
        "\"roles\":{\"810000000000000003\":{\"id\":\"810000000000000003\",\"name\":\"Staff\",\"color\":0,\"colors\":{\"primary_color\":0," \
        "\"secondary_color\":null,\"tertiary_color\":null},\"hoist\":false,\"icon\":null,\"unicode_emoji\":null,\"position\":2," \
        "\"permissions\":\"16\",\"managed\":false,\"mentionable\":true,\"flags\":0}},"                                  \
        "\"channels\":{\"820000000000000001\":{\"id\":\"820000000000000001\",\"name\":\"Tickets\",\"type\":4,\"guild_id\":\"800000000000000001\"," \
        "\"parent_id\":null,\"position\":0,\"flags\":0,\"permissions\":\"2248473465835073\",\"app_permissions\":\"402779152\"}}," \
        "\"users\":{\"700000000000000002\":{\"id\":\"700000000000000002\",\"username\":\"kim\",\"global_name\":\"Kim\",\"discriminator\":\"0\"," \
        "\"avatar\":null,\"public_flags\":0}},"                                                                       \
        "\"members\":{\"700000000000000002\":{\"nick\":null,\"avatar\":null,\"roles\":[\"810000000000000003\"],\"joined_at\":" \
        "\"2026-01-05T00:00:00.000000+00:00\",\"premium_since\":null,\"flags\":0,\"pending\":false,\"permissions\":\"2248473465835073\"," \
        "\"communication_disabled_until\":null}}}}"

#define BUTTON "\"type\":3,\"data\":{\"component_type\":2,\"id\":2,\"custom_id\":\"tk:close:42\"}," MESSAGE

#define MODAL                                                                                                         \
        "\"type\":5,\"data\":{\"custom_id\":\"tk:new\",\"components\":["                                                \
        "{\"type\":10,\"id\":1},"                                                                                     \
        "{\"type\":18,\"id\":2,\"component\":{\"type\":4,\"id\":3,\"custom_id\":\"title\",\"value\":\"cannot log in\"}},"   \
        "{\"type\":18,\"id\":4,\"component\":{\"type\":3,\"id\":5,\"custom_id\":\"kind\",\"values\":[\"bug\"]}},"           \
        "{\"type\":18,\"id\":6,\"component\":{\"type\":8,\"id\":7,\"custom_id\":\"where\",\"values\":[\"820000000000000002\"]}}," \
        "{\"type\":18,\"id\":8,\"component\":{\"type\":21,\"id\":9,\"custom_id\":\"prio\",\"value\":\"high\"}}],"           \
        "\"resolved\":{\"channels\":{\"820000000000000002\":{\"id\":\"820000000000000002\",\"name\":\"general\",\"type\":0,\"guild_id\":" \
        "\"800000000000000001\",\"permissions\":\"2248473465835073\",\"flags\":0,\"position\":1,\"parent_id\":null}}}}"

static Interaction *decode(const char *frame) {
        Interaction *ix = NULL;
        const char *why = NULL;
        int r = interaction_decode(frame, strlen(frame), &ix, &why);

        if (r < 0)
                fail_msg("refused: %s", why ? why : strerror(-r));
        return ix;
}

static void refused(const char *frame) {
        Interaction *ix = NULL;
        const char *why = NULL;

        if (interaction_decode(frame, strlen(frame), &ix, &why) != -EBADMSG)
                fail_msg("taken: %s", frame);
        assert_null(ix);
        assert_non_null(why);
}

static void the_common_part_is_understood(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(FRAME(BUTTON));

        assert_true(ix->id.v == UINT64_C(840000000000000001));
        assert_true(ix->application.v == UINT64_C(900000000000000001));
        assert_string_equal(ix->token, "aW50ZXJhY3Rpb246ODQw");
        assert_true(ix->guild.v == UINT64_C(800000000000000001));
        assert_true(ix->channel.v == UINT64_C(820000000000000002));
        assert_true(ix->channel_parent.v == UINT64_C(820000000000000001));
        assert_int_equal(ix->channel_type, CHANNEL_TEXT);
        assert_true(ix->user.v == UINT64_C(700000000000000002));
        assert_string_equal(ix->username, "kim");
        assert_string_equal(ix->global_name, "Kim");
        assert_true(ix->permissions == UINT64_C(2248473465835073));     /* above 2^51: nothing went through a double */
        assert_true(ix->app_permissions == 402779152);
        assert_int_equal(ix->n_roles, 1);
        assert_true(interaction_has_role(ix, (RoleId) { UINT64_C(810000000000000003) }));
        assert_false(interaction_has_role(ix, (RoleId) { UINT64_C(810000000000000004) }));
        assert_string_equal(ix->locale, "ko");
        assert_string_equal(ix->guild_locale, "ko");
        (void) state;
}

static void a_command_is_understood(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(FRAME(COMMAND));
        const Resolved *role, *channel, *user;

        assert_int_equal(ix->type, INTERACTION_COMMAND);
        assert_string_equal(ix->command, "ticket");
        assert_int_equal(ix->command_type, 1);
        assert_null(ix->group);
        assert_string_equal(ix->sub_command, "setup");
        assert_int_equal(ix->n_options, 5);
        assert_true(interaction_option(ix, "staff")->id == UINT64_C(810000000000000003));
        assert_int_equal(interaction_option(ix, "limit")->integer, 3);
        assert_true(interaction_option(ix, "open")->boolean);
        assert_null(interaction_option(ix, "nothing"));
        assert_null(interaction_focused(ix));

        role = interaction_resolved(ix, RESOLVED_ROLE, interaction_option(ix, "staff")->id);
        assert_string_equal(role->name, "Staff");
        assert_int_equal(role->position, 2);
        assert_true(role->permissions == 16);
        assert_false(role->is_managed);
        channel = interaction_resolved(ix, RESOLVED_CHANNEL, interaction_option(ix, "category")->id);
        assert_int_equal(channel->channel_type, CHANNEL_CATEGORY);
        assert_true(channel->app_permissions == 402779152);
        user = interaction_resolved(ix, RESOLVED_USER, interaction_option(ix, "owner")->id);
        assert_true(user->is_member);
        assert_false(user->is_bot);
        assert_null(interaction_resolved(ix, RESOLVED_ROLE, user->id));
        (void) state;
}

static void groups_nest(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(
                FRAME("\"type\":2,\"data\":{\"id\":\"1\",\"name\":\"tickets\",\"type\":1,\"options\":[{\"name\":\"block\",\"type\":2,"
                      "\"options\":[{\"name\":\"list\",\"type\":1,\"options\":[]}]}]}"));

        assert_string_equal(ix->group, "block");
        assert_string_equal(ix->sub_command, "list");
        assert_int_equal(ix->n_options, 0);
        (void) state;
}

static void autocomplete_is_partial(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(
                FRAME("\"type\":4,\"data\":{\"id\":\"850000000000000001\",\"name\":\"ticket\",\"type\":1,\"options\":[{\"name\":\"reopen\","
                      "\"type\":1,\"options\":[{\"name\":\"number\",\"type\":4,\"value\":\"4\",\"focused\":true},{\"name\":\"x\",\"type\":3}]}]}"));

        assert_int_equal(ix->type, INTERACTION_AUTOCOMPLETE);
        assert_string_equal(interaction_focused(ix)->name, "number");
        assert_string_equal(interaction_focused(ix)->text, "4");
        assert_null(interaction_option(ix, "x")->text);
        (void) state;
}

static void a_button_is_understood(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(FRAME(BUTTON));

        assert_int_equal(ix->type, INTERACTION_COMPONENT);
        assert_int_equal(ix->component_type, COMPONENT_BUTTON);
        assert_string_equal(ix->custom_id, "tk:close:42");
        assert_int_equal(ix->n_values, 0);
        assert_true(ix->message.v == UINT64_C(860000000000000001));
        assert_true(ix->message_author.v == UINT64_C(900000000000000001));
        assert_true(ix->message_at == snowflake_time(ix->message.v));
        (void) state;
}

static void a_select_is_understood(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(
                FRAME("\"type\":3,\"data\":{\"component_type\":6,\"id\":2,\"custom_id\":\"cfg:staff\",\"values\":[\"810000000000000003\"],"
                      "\"resolved\":{\"roles\":{\"810000000000000003\":{\"id\":\"810000000000000003\",\"name\":\"Staff\",\"permissions\":\"0\","
                      "\"position\":2,\"color\":0,\"hoist\":false,\"managed\":true,\"mentionable\":true,\"flags\":0}}}}," MESSAGE));

        assert_int_equal(ix->component_type, COMPONENT_ROLE_SELECT);
        assert_int_equal(ix->n_values, 1);
        assert_string_equal(ix->values[0], "810000000000000003");
        assert_true(interaction_resolved(ix, RESOLVED_ROLE, UINT64_C(810000000000000003))->is_managed);
        (void) state;
}

static void a_modal_from_a_private_sentence(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(FRAME(MODAL "," MESSAGE_WITH("64")));
        _cleanup_(interaction_freep) Interaction *other = decode(FRAME(MODAL "," MESSAGE_WITH("4096")));

        assert_true(ix->is_message_ephemeral);
        assert_false(other->is_message_ephemeral);
        (void) state;
}

static void a_modal_is_understood(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(FRAME(MODAL));

        assert_int_equal(ix->type, INTERACTION_MODAL);
        assert_string_equal(ix->custom_id, "tk:new");
        assert_int_equal(ix->n_fields, 4);
        assert_string_equal(interaction_field(ix, "title")->text, "cannot log in");
        assert_string_equal(interaction_field(ix, "kind")->values[0], "bug");
        assert_string_equal(interaction_field(ix, "where")->values[0], "820000000000000002");
        assert_string_equal(interaction_field(ix, "prio")->text, "high");
        assert_null(interaction_field(ix, "nothing"));
        assert_true(ix->message.v == 0);
        (void) state;
}

static void other_modal_inputs_are_understood(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(
                FRAME("\"type\":5,\"data\":{\"custom_id\":\"m\",\"components\":["
                      "{\"type\":1,\"id\":1,\"components\":[{\"type\":4,\"id\":2,\"custom_id\":\"old\",\"value\":\"row\"}]},"
                      "{\"type\":18,\"component\":{\"type\":23,\"custom_id\":\"box\",\"value\":true}},"
                      "{\"type\":18,\"component\":{\"type\":22,\"custom_id\":\"many\",\"values\":[]}},"
                      "{\"type\":18,\"component\":{\"type\":21,\"custom_id\":\"radio\",\"value\":null}},"
                      "{\"type\":18,\"component\":{\"type\":99,\"custom_id\":\"new\",\"value\":{\"x\":1}}}]}," MESSAGE));

        assert_string_equal(interaction_field(ix, "old")->text, "row");
        assert_true(interaction_field(ix, "box")->is_checked);
        assert_int_equal(interaction_field(ix, "many")->n_values, 0);
        assert_null(interaction_field(ix, "radio")->text);
        assert_int_equal(interaction_field(ix, "new")->type, 99);
        assert_true(ix->message.v != 0);
        (void) state;
}

static void a_dm_has_a_user_and_no_rights(void **state) {
        _cleanup_(interaction_freep) Interaction *ix = decode(
                "{\"op\":0,\"t\":\"INTERACTION_CREATE\",\"s\":1,\"d\":{\"id\":\"5\",\"application_id\":\"6\",\"token\":\"t\",\"type\":3,"
                "\"user\":{\"id\":\"7\",\"username\":\"kim\"},\"data\":{\"custom_id\":\"x\",\"component_type\":2},\"unknown\":{\"a\":[1]}}}");

        assert_true(ix->guild.v == 0);
        assert_true(ix->user.v == 7);
        assert_true(ix->permissions == 0);
        assert_int_equal(ix->channel_type, -1);
        assert_string_equal(ix->locale, "");
        (void) state;
}

/* One well-formed frame, one thing wrong: what `from` says becomes `to`. */
static void changed(const char *frame, const char *from, const char *to) {
        const char *at = strstr(frame, from);
        _strbuf_ StrBuf out = {};

        assert_non_null(at);
        strbuf_append_bytes(&out, frame, (size_t) (at - frame));
        strbuf_append(&out, to);
        strbuf_append(&out, at + strlen(from));
        refused(strbuf_text(&out));
}

static void what_is_malformed_is_refused(void **state) {
        char long_text[5100];

        refused("");
        refused("{}");
        refused("[]");
        changed(FRAME(BUTTON), "\"op\":0", "\"op\":1");
        changed(FRAME(BUTTON), "INTERACTION_CREATE", "MESSAGE_CREATE");
        changed(FRAME(BUTTON), "\"id\":\"840000000000000001\"", "\"id\":null");
        changed(FRAME(BUTTON), "\"id\":\"840000000000000001\"", "\"id\":\"0\"");
        changed(FRAME(BUTTON), "\"id\":\"840000000000000001\"", "\"id\":\"99999999999999999999\"");
        changed(FRAME(BUTTON), "\"application_id\":\"900000000000000001\"", "\"application_id\":\"-1\"");
        changed(FRAME(BUTTON), "aW50ZXJhY3Rpb246ODQw", "");
        changed(FRAME(BUTTON), "aW50ZXJhY3Rpb246ODQw", "a/../b");
        changed(FRAME(BUTTON), "\"type\":3", "\"type\":1");
        changed(FRAME(BUTTON), "\"type\":3", "\"type\":6");
        changed(FRAME(BUTTON), "\"type\":3", "\"type\":\"3\"");
        changed(FRAME(BUTTON), "\"guild_id\":\"800000000000000001\"", "\"guild_id\":[]");
        changed(FRAME(BUTTON), "\"member\":{", "\"nember\":{");
        changed(FRAME(BUTTON), "\"username\":\"kim\"", "\"username\":\"\"");
        changed(FRAME(BUTTON), "\"roles\":[\"810000000000000003\"]", "\"roles\":[810000000000000003]");
        changed(FRAME(BUTTON), "\"roles\":[\"810000000000000003\"]", "\"roles\":{}");
        changed(FRAME(BUTTON), "\"communication_disabled_until\":null,\"permissions\":\"2248473465835073\"", "\"x\":0");
        changed(FRAME(BUTTON), "\"app_permissions\":\"402779152\"", "\"app_permissions\":true");
        changed(FRAME(BUTTON), "\"data\":{", "\"date\":{");
        changed(FRAME(BUTTON), "\"custom_id\":\"tk:close:42\"", "\"custom_id\":\"\"");
        changed(FRAME(BUTTON), "\"component_type\":2", "\"component_type\":2.5");
        changed(FRAME(BUTTON), "\"author\":{", "\"auther\":{");
        changed(FRAME(COMMAND), "\"name\":\"setup\",\"type\":1", "\"name\":\"setup\",\"type\":2");
        changed(FRAME(COMMAND), "\"type\":4,\"value\":3", "\"type\":4,\"value\":3.5");
        changed(FRAME(COMMAND), "\"type\":4,\"value\":3", "\"type\":4");
        changed(FRAME(COMMAND), "\"value\":true", "\"value\":1");
        changed(FRAME(COMMAND), "\"value\":\"810000000000000003\"", "\"value\":\"staff\"");
        changed(FRAME(COMMAND), "\"position\":2", "\"position\":-2");
        changed(FRAME(MODAL), "\"custom_id\":\"kind\"", "\"custom_id\":\"title\"");
        changed(FRAME(MODAL), "\"values\":[\"bug\"]", "\"values\":[1]");
        changed(FRAME(MODAL), "\"value\":\"cannot log in\"", "\"value\":5");

        (void) snprintf(long_text, sizeof(long_text), "%0101d", 1);
        changed(FRAME(BUTTON), "tk:close:42", long_text);
        (void) snprintf(long_text, sizeof(long_text), "%04001d", 1);
        changed(FRAME(MODAL), "cannot log in", long_text);
        (void) snprintf(long_text, sizeof(long_text), "%02049d", 1);
        changed(FRAME(BUTTON), "aW50ZXJhY3Rpb246ODQw", long_text);
        (void) state;
}

static void counts_are_limited(void **state) {
        _strbuf_ StrBuf roles = {}, options = {}, values = {};

        for (int i = 0; i < 251; i++)
                strbuf_appendf(&roles, "%s\"%d\"", i ? "," : "\"roles\":[", i + 1);
        strbuf_append(&roles, "]");
        changed(FRAME(BUTTON), "\"roles\":[\"810000000000000003\"]", strbuf_text(&roles));
        for (int i = 0; i < 26; i++)
                strbuf_appendf(&options, "{\"name\":\"o%d\",\"type\":5,\"value\":true},", i);
        strbuf_append(&options, "{\"name\":\"limit\"");
        changed(FRAME(COMMAND), "{\"name\":\"limit\"", strbuf_text(&options));
        for (int i = 0; i < 26; i++)
                strbuf_appendf(&values, "%s\"%d\"", i ? "," : "\"values\":[", i + 1);
        strbuf_append(&values, "]");
        changed(FRAME(MODAL), "\"values\":[\"bug\"]", strbuf_text(&values));
        changed(FRAME(MODAL), "{\"type\":10,\"id\":1},", "{\"type\":10},{\"type\":10},{\"type\":10},");
        (void) state;
}

/* No prefix of a frame is a frame, and none makes the decoder trip. */
static void every_cut_frame_is_refused(void **state) {
        const char *frame = FRAME(MODAL);
        size_t n = strlen(frame);

        for (size_t i = 0; i < n; i++) {
                _free_ char *exact = malloc(i + 1);     /* exact size, so that the sanitizer sees a read too far */
                Interaction *ix = NULL;

                memcpy(exact, frame, i);
                assert_int_equal(interaction_decode(exact, i, &ix, NULL), -EBADMSG);
        }
        (void) state;
}

static void an_apology_needs_only_the_address(void **state) {
        const char *frame = "{\"op\":0,\"t\":\"INTERACTION_CREATE\",\"d\":{\"id\":\"5\",\"application_id\":\"6\",\"token\":\"tok\",\"type\":3,"
                            "\"guild_id\":\"8\",\"member\":{\"user\":{\"id\":\"7\"}},\"data\":17}}";
        _cleanup_(interaction_freep) Interaction *ix = NULL;
        const char *why = NULL;

        assert_int_equal(interaction_decode(frame, strlen(frame), &ix, &why), -EBADMSG);
        assert_int_equal(interaction_decode_address(frame, strlen(frame), &ix, &why), 0);
        assert_true(ix->id.v == 5 && ix->application.v == 6 && ix->guild.v == 8 && ix->user.v == 7);
        assert_string_equal(ix->token, "tok");
        assert_int_equal(ix->type, INTERACTION_COMPONENT);
        (void) state;
}

static void a_callback_wraps_its_data(void **state) {
        _free_ char *with = NULL, *without = NULL;

        assert_int_equal(interaction_callback(CALLBACK_MODAL, "{\"a\":1}", &with), 0);
        assert_string_equal(with, "{\"type\":9,\"data\":{\"a\":1}}");
        assert_int_equal(interaction_callback(CALLBACK_DEFER_UPDATE, NULL, &without), 0);
        assert_string_equal(without, "{\"type\":6}");
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_common_part_is_understood),
                cmocka_unit_test(a_command_is_understood),
                cmocka_unit_test(groups_nest),
                cmocka_unit_test(autocomplete_is_partial),
                cmocka_unit_test(a_button_is_understood),
                cmocka_unit_test(a_select_is_understood),
                cmocka_unit_test(a_modal_is_understood),
                cmocka_unit_test(a_modal_from_a_private_sentence),
                cmocka_unit_test(other_modal_inputs_are_understood),
                cmocka_unit_test(a_dm_has_a_user_and_no_rights),
                cmocka_unit_test(what_is_malformed_is_refused),
                cmocka_unit_test(counts_are_limited),
                cmocka_unit_test(every_cut_frame_is_refused),
                cmocka_unit_test(an_apology_needs_only_the_address),
                cmocka_unit_test(a_callback_wraps_its_data),
        };

        return cmocka_run_group_tests_name("interaction", tests, NULL, NULL);
}
