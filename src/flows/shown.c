/* From rows to what the views show. What a hand in the database has damaged is left out; the rest is still worth showing. */

#include "magikal/shown.h"

#include <errno.h>

#include "magikal/citizen.h"

/* The answer as a reader sees it, to free(); NULL: none. */
static int answer_shown(Lang lang, const Json *stored, char **ret_text) {
        _strbuf_ StrBuf out = {};
        _answer_ Answer answer = {};
        int r;

        *ret_text = NULL;
        if (!stored)
                return 0;
        r = answer_from_json(stored, &answer);
        if (r == -EBADMSG)
                return 0;
        if (r < 0)
                return r;
        answer_append_shown(&out, lang, &answer);
        return strbuf_finish(&out, ret_text);
}

static int put_answers(const Json *stored, Shown *ret) {
        size_t n = (size_t) json_array_size(stored);

        if (n == 0)
                return 0;
        ret->answers = new0(AnswerShown, n);
        if (!ret->answers)
                return -ENOMEM;
        ret->application.answers = ret->answers;
        JSON_FOREACH(item, stored) {
                AnswerShown *shown = &ret->answers[ret->application.n_answers];
                char *text;
                int r;

                shown->question = json_text(json_get(item, "question"));
                if (!shown->question)
                        continue;
                r = answer_shown(ret->application.lang, json_get(item, "answer"), &text);
                if (r < 0)
                        return r;
                shown->answer = text;
                ret->application.n_answers++;
        }
        return 0;
}

/* Of a zone by name the database knows the clock; of a fixed one the name says it all. */
static bool offset_of(const Facts *facts, int *ret_seconds) {
        const RecruitFacts *recruit = facts->recruit;

        if (recruit->application.zone && timezone_is_fixed(recruit->application.zone, ret_seconds))
                return true;
        if (!recruit->is_zone_known)
                return false;
        *ret_seconds = zone_offset_at(&recruit->zone, facts->now / USEC_PER_SEC);
        return true;
}

int shown_of(const Facts *facts, Lang lang, Shown *ret) {
        const RecruitFacts *recruit = facts->recruit;
        int r;

        *ret = (Shown) {};
        if (!recruit || recruit->application.id.v == 0 || facts->ticket.id.v == 0)
                return -ENODATA;
        ret->application = (ApplicationShown) {
                .lang = lang, .ticket = &facts->ticket, .application = &recruit->application, .citizen = &ret->citizen,
                .finaliser = recruit->finaliser_user, .finalised_at = recruit->finalised_at,
        };
        ret->citizen = citizen_of(recruit->rsi);
        ret->application.has_offset = offset_of(facts, &ret->application.offset_s);
        r = put_answers(recruit->answers, ret);
        if (r < 0)
                shown_done(ret);
        return r;
}

void shown_done(Shown *shown) {
        for (size_t i = 0; i < shown->application.n_answers; i++)
                free((char *) shown->answers[i].answer);
        free(shown->answers);
        *shown = (Shown) {};
}

void verdict_args(const Facts *facts, int verdict, TextArg ret[static VERDICT_ARGS]) {
        const RecruitFacts *recruit = facts->recruit;

        copy_bytes(ret, (const TextArg[VERDICT_ARGS]) {}, VERDICT_ARGS * sizeof(*ret));
        switch (verdict) {
        case APPLICATION_HAS_STEP1:     /* the button is on a message that everybody reads */
                ret[0] = ARG_OURS("button", text_lookup(facts->settings.lang, TEXT_RECRUIT_EDIT_BUTTON));
                return;
        case APPLICATION_DECIDED:
                ret[0] = ARG_USER("decider", recruit->application.decider_user);
                ret[1] = ARG_TIME("time", recruit->application.decided_at);
                return;
        case APPLICATION_IS_FINALISED:
                ret[0] = ARG_USER("finaliser", recruit->finaliser_user);
                ret[1] = ARG_TIME("time", recruit->finalised_at);
                return;
        case APPLICATION_IS_REMOVED:
                ret[0] = ARG_USER("remover", recruit->application.remover_user);
                ret[1] = ARG_TIME("time", recruit->application.removed_at);
                return;
        }
}
