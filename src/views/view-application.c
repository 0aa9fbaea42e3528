/*
 * An application in words. Short facts are fields, in the order in which staff read them; what people wrote stands below each other in the
 * description, which has room for more than a field. Blank facts are left out, except where saying so is the point: RSI's silence, answers.
 */

#include "view-application.h"

#include <errno.h>

#include "magikal/cut.h"
#include "magikal/handle.h"
#include "view-message.h"

#define FOOTER_ROOM 120         /* ticket, application and nonce */
#define STARS_MAX 5

/* ---- fields ----------------------------------------------------------------------------------------------------------------------- */

void fields_done(FieldList *fields) {
        for (size_t i = 0; i < fields->n; i++)
                free(fields->values[i]);
        *fields = (FieldList) {};
}

void fields_add(FieldList *fields, TextId name, StrBuf *value, bool is_inline) {
        char *text = NULL;
        int r;

        r = fields->n < APPLICATION_FIELDS_MAX ? strbuf_finish(value, &text) : -EINVAL;
        if (r < 0) {
                if (fields->error == 0)
                        fields->error = r;
                return;
        }
        if (text_is_blank(text)) {
                free(text);
                return;
        }
        fields->values[fields->n] = text;
        fields->items[fields->n++] = (EmbedField) { text_lookup(fields->lang, name), text, is_inline };
}

void fields_add_arg(FieldList *fields, TextId name, const TextArg *arg) {
        _strbuf_ StrBuf value = {};

        text_put_arg(&value, fields->lang, arg);
        fields_add(fields, name, &value, true);
}

void fields_add_text(FieldList *fields, TextId name, TextId id, const TextArg *args) {
        _strbuf_ StrBuf value = {};

        text_put(&value, fields->lang, id, args);
        fields_add(fields, name, &value, true);
}

int fields_put(const FieldList *fields, Embed *embed) {
        if (fields->error < 0)
                return fields->error;
        for (size_t i = 0; i < fields->n; i++)
                embed->fields[i] = fields->items[i];
        embed->n_fields = fields->n;
        return 0;
}

/* ---- facts -------------------------------------------------------------------------------------------------------------------------- */

static void add_status(FieldList *fields, const Application *a) {
        const char *status = text_lookup(fields->lang, application_status_text(a->status));

        if (a->is_closed_undecided)
                fields_add_text(fields, TEXT_RECRUIT_STATUS, TEXT_RECRUIT_UNDECIDED, TEXT_ARGS(ARG_OURS("value", status)));
        else
                fields_add_arg(fields, TEXT_RECRUIT_STATUS, &ARG_OURS("value", status));
}

void fields_add_applicant(FieldList *fields, const ApplicationShown *shown) {
        _strbuf_ StrBuf value = {};

        text_put_arg(&value, fields->lang, &ARG_USER("opener", shown->ticket->opener_user));
        if (shown->application->has_left)
                text_put_line(&value, fields->lang, TEXT_RECRUIT_HAS_LEFT, NULL);
        fields_add(fields, TEXT_RECRUIT_APPLICANT, &value, true);
}

void fields_add_requested(FieldList *fields, const Application *a) {
        if (a->requested != REQUESTED_NONE)
                fields_add_text(fields, TEXT_RECRUIT_ROLE, requested_role_text(a->requested), NULL);
}

/* A handle that is none (an older row, a hand in the database) is shown without a link. */
static void add_handle(FieldList *fields, const char *text) {
        _strbuf_ StrBuf address = {};
        Handle handle;

        if (!text)
                return;
        if (handle_read(text, &handle) != 0) {
                fields_add_arg(fields, TEXT_RECRUIT_HANDLE, &ARG_WORDS("name", text));
                return;
        }
        handle_append_address(&address, &handle);
        fields_add_text(fields, TEXT_RECRUIT_HANDLE, TEXT_RECRUIT_HANDLE_LINK,
                        TEXT_ARGS(ARG_WORDS("name", handle.text), ARG_OURS("url", strbuf_text(&address))));
}

static void add_zone(FieldList *fields, const ApplicationShown *shown) {
        const char *zone = shown->application->zone;
        _strbuf_ StrBuf offset = {};
        int fixed;

        if (!zone)
                return;
        if (!shown->has_offset || timezone_is_fixed(zone, &fixed)) {
                fields_add_arg(fields, TEXT_RECRUIT_ZONE, &ARG_WORDS("zone", zone));
                return;
        }
        timezone_append_offset(&offset, shown->offset_s);
        fields_add_text(fields, TEXT_RECRUIT_ZONE, TEXT_RECRUIT_ZONE_OFFSET,
                        TEXT_ARGS(ARG_WORDS("zone", zone), ARG_OURS("offset", strbuf_text(&offset))));
}

void fields_add_ticket(FieldList *fields, const Ticket *ticket) {
        if (ticket_may(ticket->state, TICKET_EVENT_CLOSE, NULL) && ticket->channel.v)       /* one that is being closed has none in a moment */
                fields_add_arg(fields, TEXT_RECRUIT_TICKET, &ARG_CHANNEL("channel", ticket->channel));
}

static void add_qna(FieldList *fields, const ApplicationShown *shown) {
        if (shown->application->is_qna_open)
                fields_add_text(fields, TEXT_RECRUIT_QNA, TEXT_RECRUIT_QNA_OPEN, NULL);
        else if (shown->n_answers > 0)
                fields_add_text(fields, TEXT_RECRUIT_QNA, TEXT_RECRUIT_QNA_DONE, NULL);
}

/* decided_at alone says that there was a decision: who took it may be forgotten. */
static void add_person(FieldList *fields, TextId name, UserId user, Usec at) {
        if (at > 0)
                fields_add_text(fields, name, TEXT_RECRUIT_BY_AT, TEXT_ARGS(ARG_USER("decider", user), ARG_TIME("time", at)));
}

static void add_decisions(FieldList *fields, const ApplicationShown *shown) {
        const Application *a = shown->application;

        add_person(fields, a->status == APPLICATION_DECLINED ? TEXT_RECRUIT_DECLINED_BY : TEXT_RECRUIT_APPROVED_BY, a->decider_user, a->decided_at);
        add_person(fields, TEXT_RECRUIT_FINALISED_BY, shown->finaliser, shown->finalised_at);
        add_person(fields, TEXT_RECRUIT_REMOVED_BY, a->remover_user, a->removed_at);
}

/* ---- what RSI says ---------------------------------------------------------------------------------------------------------------------- */

void append_stars(StrBuf *out, int n_stars) {
        for (int i = 0; i < n_stars && i < STARS_MAX; i++)
                strbuf_append(out, "\xE2\x98\x85");
}

static void put_named(StrBuf *out, Lang lang, TextId id, const char *name) {
        if (!text_is_blank(name))
                text_put_line(out, lang, id, TEXT_ARGS(ARG_WORDS("name", name)));
}

static void put_org(StrBuf *out, Lang lang, const Citizen *c) {
        switch (c->org) {
        case CITIZEN_ORG_NOT_TOLD:
                return;
        case CITIZEN_ORG_NONE:
                text_put_line(out, lang, TEXT_CITIZEN_ORG_NONE, NULL);
                return;
        case CITIZEN_ORG_CONCEALED:
                text_put_line(out, lang, TEXT_CITIZEN_ORG_CONCEALED, NULL);
                return;
        case CITIZEN_ORG_NAMED:
                break;
        }
        if (text_is_blank(c->org_name))
                put_named(out, lang, TEXT_CITIZEN_ORG, c->org_sid);
        else if (text_is_blank(c->org_sid))
                put_named(out, lang, TEXT_CITIZEN_ORG, c->org_name);
        else
                text_put_line(out, lang, TEXT_CITIZEN_ORG_SID, TEXT_ARGS(ARG_WORDS("name", c->org_name), ARG_WORDS("piece", c->org_sid)));
        if (!text_is_blank(c->org_rank)) {
                text_put_line(out, lang, TEXT_CITIZEN_RANK, TEXT_ARGS(ARG_WORDS("rank", c->org_rank)));
                if (c->n_stars > 0)
                        strbuf_append_char(out, ' ');
                append_stars(out, c->n_stars);
        }
}

static void put_citizen(StrBuf *out, Lang lang, const Citizen *c) {
        put_named(out, lang, TEXT_CITIZEN_NAME, c->display_name);
        if (text_is_blank(c->record))
                text_put_line(out, lang, TEXT_CITIZEN_NO_RECORD, NULL);
        else
                put_named(out, lang, TEXT_CITIZEN_RECORD, c->record);
        put_named(out, lang, TEXT_CITIZEN_ENLISTED, c->enlisted);
        put_org(out, lang, c);
}

static void add_profile(FieldList *fields, const ApplicationShown *shown) {
        static const TextId sentences[] = {
                [CITIZEN_NOT_ASKED] = TEXT_CITIZEN_NOT_ASKED,
                [CITIZEN_ABSENT] = TEXT_CITIZEN_ABSENT,
                [CITIZEN_NOT_TOLD] = TEXT_CITIZEN_NOT_TOLD,
        };
        CitizenResult result = shown->citizen ? shown->citizen->result : CITIZEN_NOT_ASKED;
        _strbuf_ StrBuf value = {};

        if (!shown->application->handle)
                return;
        if (result == CITIZEN_FOUND)
                put_citizen(&value, fields->lang, shown->citizen);
        else
                text_put(&value, fields->lang, (size_t) result < ELEMENTSOF(sentences) ? sentences[result] : TEXT_CITIZEN_NOT_ASKED, NULL);
        fields_add(fields, TEXT_RECRUIT_PROFILE, &value, false);
}

void fields_add_application(FieldList *fields, const ApplicationShown *shown, Place place) {
        const Application *a = shown->application;

        add_status(fields, a);
        fields_add_applicant(fields, shown);
        fields_add_requested(fields, a);
        fields_add_arg(fields, TEXT_RECRUIT_AREA, &ARG_WORDS("area", a->area));
        add_handle(fields, a->handle);
        add_zone(fields, shown);
        if (place == ON_RECORD)
                fields_add_ticket(fields, shown->ticket);
        add_qna(fields, shown);
        add_decisions(fields, shown);
        if (a->blanked_at)
                fields_add_text(fields, TEXT_RECRUIT_TEXTS, TEXT_RECRUIT_BLANKED, TEXT_ARGS(ARG_TIME("time", a->blanked_at)));
        add_profile(fields, shown);
}

/* ---- what people wrote -------------------------------------------------------------------------------------------------------------------- */

typedef struct Section {
        char *heading, *text;           /* finished markdown */
        size_t n_units;                 /* of the text */
} Section;

typedef struct SectionList {
        Section *items;
        size_t n;
        int error;
} SectionList;

static void sections_done(SectionList *sections) {
        for (size_t i = 0; i < sections->n; i++) {
                free(sections->items[i].heading);
                free(sections->items[i].text);
        }
        free(sections->items);
}

static void add_section(SectionList *sections, const char *heading, const char *markdown) {
        _strbuf_ StrBuf title = {}, text = {};
        _free_ char *title_text = NULL;
        Section *section = &sections->items[sections->n];
        int r;

        text_escape(&title, heading);
        strbuf_append(&text, markdown);
        r = strbuf_finish(&title, &title_text);
        if (r == 0)
                r = strbuf_finish(&text, &section->text);
        if (r < 0) {
                sections->error = r;
                return;
        }
        section->heading = TAKE(title_text);
        section->n_units = utf16_length(section->text);
        sections->n++;
}

static void add_words(SectionList *sections, Lang lang, TextId heading, const char *words) {
        _strbuf_ StrBuf escaped = {};

        if (text_is_blank(words))
                return;
        text_escape(&escaped, words);
        if (escaped.error < 0)
                sections->error = escaped.error;
        else
                add_section(sections, text_lookup(lang, heading), strbuf_text(&escaped));
}

static void gather_sections(SectionList *sections, const ApplicationShown *shown, Place place) {
        sections->items = calloc(shown->n_answers + 2, sizeof(Section));
        if (!sections->items) {
                sections->error = -ENOMEM;
                return;
        }
        if (place == ON_RECORD)
                add_words(sections, shown->lang, TEXT_RECRUIT_REASON, shown->application->reason);
        add_words(sections, shown->lang, TEXT_RECRUIT_NOTES, shown->application->notes);
        for (size_t i = 0; i < shown->n_answers; i++) {
                const AnswerShown *a = &shown->answers[i];

                if (!text_is_blank(a->question))
                        add_section(sections, a->question, text_is_blank(a->answer) ? text_lookup(shown->lang, TEXT_RECRUIT_NO_ANSWER) : a->answer);
        }
}

/* Units of all of it when no text is longer than that. */
static size_t units_with(const SectionList *sections, size_t n_each) {
        size_t n = 0;

        for (size_t i = 0; i < sections->n; i++)
                n += sizeof("\n\n****\n") - 1 + utf16_length(sections->items[i].heading) + MIN(sections->items[i].n_units, n_each);
        return n;
}

/* The most that each text may have so that all of them fit. */
static size_t fair_share(const SectionList *sections, size_t n_max) {
        size_t low = 0, high = n_max;

        while (low < high) {
                size_t middle = low + (high - low + 1) / 2;

                if (units_with(sections, middle) <= n_max)
                        low = middle;
                else
                        high = middle - 1;
        }
        return low;
}

/* Chips are code between backticks; a cut inside one would turn everything up to the next chip into code. */
static bool is_code_open(const char *markdown) {
        bool is_open = false;

        for (; *markdown; markdown++)
                if (*markdown == '\\' && !is_open && markdown[1])   /* within code a backslash is one */
                        markdown++;
                else if (*markdown == '`')
                        is_open = !is_open;
        return is_open;
}

static size_t put_cut(StrBuf *out, Lang lang, const Section *section, size_t n_max) {
        _strbuf_ StrBuf text = {};
        size_t n_missing;

        if (section->n_units <= n_max) {
                strbuf_append(out, section->text);
                return 0;
        }
        n_missing = cut_append(&text, section->text, n_max > 0 ? n_max - 1 : 0, text_lookup(lang, TEXT_MORE_CHARACTERS));
        if (is_code_open(strbuf_text(&text)))
                strbuf_append_char(&text, '`');
        if (text.error < 0 && out->error == 0)
                out->error = text.error;
        strbuf_append(out, strbuf_text(&text));
        return n_missing;
}

size_t sections_append(StrBuf *out, const ApplicationShown *shown, Place place, size_t n_max) {
        _cleanup_(sections_done) SectionList sections = {};
        size_t n_each, n_missing = 0;

        gather_sections(&sections, shown, place);
        if (sections.error < 0) {
                if (out->error == 0)
                        out->error = sections.error;
                return 0;
        }
        n_each = fair_share(&sections, n_max);
        for (size_t i = 0; i < sections.n; i++) {
                if (out->n_bytes > 0)
                        strbuf_append(out, "\n\n");
                strbuf_appendf(out, "**%s**\n", sections.items[i].heading);
                n_missing += put_cut(out, shown->lang, &sections.items[i], n_each);
        }
        return n_missing;
}

/* ---- around it ------------------------------------------------------------------------------------------------------------------------------ */

bool is_shown(const ApplicationShown *shown) {
        return shown->ticket && shown->ticket->id.v && shown->application && shown->application->id.v;
}

const char *application_picture(const ApplicationShown *shown) {
        return shown->citizen && shown->citizen->result == CITIZEN_FOUND ? https_or_none(shown->citizen->avatar_url, LIMIT_URL) : NULL;
}

size_t description_room(const char *title, const FieldList *fields) {
        size_t n = utf16_length(title) + FOOTER_ROOM;

        for (size_t i = 0; i < fields->n; i++)
                n += utf16_length(fields->items[i].name) + MIN(utf16_length(fields->items[i].value), (size_t) LIMIT_EMBED_FIELD_VALUE);
        return n < LIMIT_EMBED_SUM ? MIN((size_t) LIMIT_EMBED_SUM - n, (size_t) LIMIT_EMBED_DESCRIPTION) : 0;
}
