/* What administrators change about recruitment; the writes that stand behind a fence. */

#include "db.h"

#include <errno.h>

static void put_text_change(Batch *b, bool is_changed, const char *text) {
        batch_bool(b, is_changed);
        batch_text(b, text);
}

static void put_id_change(Batch *b, bool is_changed, uint64_t id) {
        batch_bool(b, is_changed);
        batch_id(b, id);
}

static void begin(Batch *b, StatementId id, GuildId guild) {
        batch_call(b, id);
        batch_u64(b, guild.v);
}

void store_add_recruit_settings(Batch *b, GuildId guild, const RecruitChange *change) {
        const RecruitSettings *to = &change->to;

        begin(b, SQL_SETTINGS_NEW, guild);
        if (change->set_record_channel || change->set_access || change->set_nick_sync || change->set_keep_declined) {
                begin(b, SQL_RECRUIT_SETTINGS_CHANGE, guild);
                put_id_change(b, change->set_record_channel, to->record_channel.v);
                put_text_change(b, change->set_access, access_mode_to_string(to->access));
                batch_bool(b, change->set_nick_sync);
                batch_bool(b, to->is_nick_sync);
                put_id_change(b, change->set_keep_declined, (uint64_t) to->keep_declined);
        }
        if (change->set_org_url || change->set_image_url) {
                begin(b, SQL_RECRUIT_PANEL_CHANGE, guild);
                put_text_change(b, change->set_org_url, to->org_url);
                put_text_change(b, change->set_image_url, to->image_url);
        }
        if (change->set_member_role || change->set_affiliate_role) {
                begin(b, SQL_AUTOROLES_CHANGE, guild);
                put_id_change(b, change->set_member_role, to->member_role.v);
                put_id_change(b, change->set_affiliate_role, to->affiliate_role.v);
        }
}

/* An array of texts as PostgreSQL reads it: {"a","b"}. */
static void put_default_options(Batch *b) {
        _strbuf_ StrBuf array = {};
        size_t n;
        const RecruitOption *defaults = recruit_default_options(&n);

        strbuf_append_char(&array, '{');
        for (size_t i = 0; i < n; i++)
                strbuf_appendf(&array, "%s\"%s\"", i > 0 ? "," : "", defaults[i].name);
        strbuf_append_char(&array, '}');
        if (b && array.error < 0)
                b->error = array.error;
        batch_text(b, strbuf_text(&array));
}

void store_add_option(Batch *b, GuildId guild, const RecruitOption *option) {
        begin(b, SQL_OPTION_ADD, guild);
        batch_text(b, option->name);
        batch_text(b, option->emoji);
        batch_id(b, option->ping_role.v);
        put_default_options(b);
        batch_i64(b, RECRUIT_OPTIONS_MAX);
}

void store_add_option_remove(Batch *b, GuildId guild, const char *name) {
        begin(b, SQL_OPTION_REMOVE, guild);
        batch_text(b, name);
        put_default_options(b);
}

static int questions_to_json(const QuestionList *list, char **ret_json) {
        _json_writer_ JsonWriter w = {};

        json_open_array(&w);
        for (size_t i = 0; i < list->n; i++) {
                const Question *q = &list->items[i];

                json_open(&w);
                json_i64(&w, "id", q->id);
                json_string(&w, "label", q->label);
                json_string(&w, "type", answer_kind_to_string(q->kind));
                json_bool(&w, "required", q->is_required);
                if (q->placeholder[0])
                        json_string(&w, "placeholder", q->placeholder);
                json_close(&w);
        }
        json_close_array(&w);
        return json_writer_finish(&w, ret_json);
}

void store_add_questions(Batch *b, GuildId guild, const QuestionList *list) {
        _free_ char *json = NULL;
        int r = questions_to_json(list, &json);

        if (b && r < 0)
                b->error = r;
        begin(b, SQL_QUESTIONS_REPLACE, guild);
        batch_text(b, json);
        batch_i64(b, list->next_id);
}
