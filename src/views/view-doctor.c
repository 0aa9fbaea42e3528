/* What the doctor found: one message, however much it is. */

#include "magikal/views.h"

#include <errno.h>

#include "magikal/cut.h"
#include "magikal/limits.h"
#include "view-message.h"

/* Room that is kept for the last two lines: that there is more, and how many channels there are. */
#define TAIL_MAX 600

static const char *mark_of(DoctorSeverity severity) {
        static const char *const marks[] = {
                [DOCTOR_NOTE] = "\xF0\x9F\x94\xB5",             /* blue circle */
                [DOCTOR_WARNING] = "\xF0\x9F\x9F\xA1",          /* yellow circle */
                [DOCTOR_BROKEN] = "\xF0\x9F\x94\xB4",           /* red circle */
        };

        return marks[severity];
}

/* Two lines, and an empty one between findings. */
static int write_finding(Lang lang, const DoctorFinding *f, char **ret_text) {
        _free_ char *said = NULL, *mended = NULL;
        TextArg args[DOCTOR_ARGS_MAX + 2];
        _strbuf_ StrBuf out = {};
        int r;

        doctor_finding_args(f, lang, args);
        if ((r = text_format(lang, f->said, args, &said)) < 0 || (r = text_format(lang, f->mended, args, &mended)) < 0)
                return r;
        strbuf_appendf(&out, "%s **%s**\n\xE2\x86\x92 %s\n\n", mark_of(f->severity), said, mended);
        return strbuf_finish(&out, ret_text);
}

/* As many as have room; *ret_n_left: the others. */
static int write_findings(Lang lang, const DoctorReport *report, StrBuf *out, size_t *ret_n_left) {
        size_t n_units = 0, i;

        for (i = 0; i < report->n; i++) {
                _free_ char *text = NULL;
                int r = write_finding(lang, &report->findings[i], &text);

                if (r < 0)
                        return r;
                n_units += utf16_length(text);
                if (n_units + TAIL_MAX > LIMIT_EMBED_DESCRIPTION)
                        break;
                strbuf_append(out, text);
        }
        *ret_n_left = report->n - i;
        return out->error;
}

static void write_category(Lang lang, const DoctorGuild *guild, ChannelId category, StrBuf *out) {
        if (!doctor_channel(guild, category))
                return;
        strbuf_append(out, "; ");
        text_put(out, lang, TEXT_DOCTOR_ROOM_CATEGORY, TEXT_ARGS(ARG_NUMBER("number", doctor_channels_in(guild, category)),
                                                           ARG_NUMBER("limit", LIMIT_CATEGORY_CHANNELS), ARG_CHANNEL("channel", category)));
}

static void write_room(Lang lang, const DoctorGuild *guild, StrBuf *out) {
        if (guild->look != DOCTOR_SEEN)
                return;
        text_put(out, lang, TEXT_DOCTOR_ROOM, TEXT_ARGS(ARG_NUMBER("number", doctor_channels_in(guild, (ChannelId) { 0 })),
                                                  ARG_NUMBER("limit", LIMIT_GUILD_CHANNELS)));
        if (guild->settings) {
                write_category(lang, guild, guild->settings->support_category, out);
                if (guild->settings->recruitment_category.v != guild->settings->support_category.v)
                        write_category(lang, guild, guild->settings->recruitment_category, out);
        }
        strbuf_append_char(out, '.');
}

static int color_of(const DoctorReport *report) {
        return report->n_of[DOCTOR_BROKEN] || report->n_of[DOCTOR_WARNING] ? COLOR_WARNS : COLOR_ASKS;
}

static int write_embed(Lang lang, const DoctorReport *report, const char *description, char **ret_data) {
        _free_ char *title = NULL;
        int r;

        r = text_format(lang, TEXT_DOCTOR_TITLE, TEXT_ARGS(ARG_NUMBER("number", report->n_of[DOCTOR_BROKEN]), ARG_NUMBER("limit", report->n_of[DOCTOR_WARNING]),
                                                     ARG_NUMBER("n", report->n_of[DOCTOR_NOTE])), &title);
        if (r < 0)
                return r;
        return embed_data(lang, &(Embed) { .title = title, .description = description, .color = color_of(report) }, false, ret_data);
}

int view_doctor(Lang lang, const DoctorGuild *guild, const DoctorReport *report, size_t n_checks, char **ret_data) {
        _strbuf_ StrBuf out = {};
        size_t n_left = 0;
        int r;

        if (report->n == 0) {
                text_put(&out, lang, TEXT_DOCTOR_FINE, TEXT_ARGS(ARG_NUMBER("number", n_checks)));
                strbuf_append(&out, "\n");
                write_room(lang, guild, &out);
                return out.error < 0 ? out.error : view_notice(lang, strbuf_text(&out), false, ret_data);
        }
        r = write_findings(lang, report, &out, &n_left);
        if (r < 0)
                return r;
        if (n_left > 0) {
                text_put(&out, lang, TEXT_DOCTOR_MORE, TEXT_ARGS(ARG_NUMBER("number", n_left)));
                strbuf_append(&out, "\n\n");
        }
        write_room(lang, guild, &out);
        return out.error < 0 ? out.error : write_embed(lang, report, strbuf_text(&out), ret_data);
}
