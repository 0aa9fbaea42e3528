/*
 * Facts that outlive the answer they came with, in one piece of memory but for parsed documents. The same walk over everything that a
 * pointer leads to is made twice, once to count and once to copy, so that neither can forget what the other knows.
 */

#include <errno.h>

#include "magikal/store.h"

#define ALIGNMENT sizeof(uint64_t)      /* the widest that anything in it wants */

typedef struct Arena {
        char *at;               /* NULL while it is only counted */
        size_t n_bytes;
} Arena;

/* What *p points to is from now on the arena's. */
static void take_bytes(Arena *a, const void **p, size_t n_bytes) {
        size_t n_padded = (n_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

        if (!*p)
                return;
        if (a->at) {
                copy_bytes(a->at, *p, n_bytes);
                *p = a->at;
                a->at += n_padded;
        }
        a->n_bytes += n_padded;
}

static void take_text(Arena *a, const char **text) {
        const void *p = *text;

        take_bytes(a, &p, *text ? strlen(*text) + 1 : 0);
        *text = p;
}

/*
 * What an array's elements lead to. While it is only counted the array is not ours to write to, so each is walked as a value of its own and
 * put back where that is right.
 */
static void walk_options(Arena *a, const RecruitOption **options, size_t n) {
        const void *p = *options;

        take_bytes(a, &p, n * sizeof(**options));
        *options = p;
        for (size_t i = 0; i < n; i++) {
                RecruitOption option = (*options)[i];

                take_text(a, &option.name);
                take_text(a, &option.emoji);
                if (a->at)
                        ((RecruitOption *) p)[i] = option;
        }
}

static void take_questions(Arena *a, const QuestionList **list) {
        const void *p = *list;

        take_bytes(a, &p, sizeof(**list));
        *list = p;
}

static void walk_zone(Arena *a, ZoneRules *zone) {
        const void *p = zone->transitions;

        take_bytes(a, &p, zone->n_transitions * sizeof(*zone->transitions));
        zone->transitions = p;
}

static void walk_recruit(Arena *a, RecruitFacts *recruit) {
        RecruitSettings *settings = &recruit->settings;
        Application *application = &recruit->application;

        take_text(a, &settings->org_url);
        take_text(a, &settings->image_url);
        walk_options(a, &settings->options, settings->n_options);
        take_questions(a, &settings->questions);
        take_text(a, &application->area);
        take_text(a, &application->zone);
        take_text(a, &application->handle);
        take_text(a, &application->rsi_record);
        take_text(a, &application->notes);
        take_text(a, &application->reason);
        walk_zone(a, &recruit->zone);
        walk_zone(a, &recruit->uk);
}

static void walk(Arena *a, Facts *facts) {
        take_text(a, &facts->guild_name);
        take_text(a, &facts->ticket.question);
        take_text(a, &facts->ticket.outcome);
        take_text(a, &facts->ticket.opener_locale);
        if (facts->recruit) {
                const void *p = facts->recruit;
                RecruitFacts recruit = *facts->recruit;

                take_bytes(a, &p, sizeof(recruit));
                walk_recruit(a, &recruit);
                if (a->at)
                        *(RecruitFacts *) p = recruit;
                facts->recruit = p;
        }
}

/* Documents are trees of their own, not part of the one piece. */
static int copy_documents(const RecruitFacts *from, RecruitFacts *to) {
        to->rsi = json_copy(from->rsi);
        to->answers = json_copy(from->answers);
        to->step1_draft = json_copy(from->step1_draft);
        to->qna_draft = json_copy(from->qna_draft);
        return (from->rsi && !to->rsi) || (from->answers && !to->answers) || (from->step1_draft && !to->step1_draft) ||
                               (from->qna_draft && !to->qna_draft)
                       ? -ENOMEM
                       : 0;
}

int facts_copy(const Facts *facts, Facts **ret_facts) {
        _cleanup_(facts_freep) Facts *copy = NULL;
        Facts counted = *facts;
        Arena arena = {};

        walk(&arena, &counted);
        copy = malloc(sizeof(*copy) + arena.n_bytes);
        if (!copy)
                return -ENOMEM;
        *copy = *facts;
        arena = (Arena) { .at = (char *) (copy + 1) };
        walk(&arena, copy);
        if (copy->recruit && copy_documents(facts->recruit, (RecruitFacts *) copy->recruit) < 0)
                return -ENOMEM;
        *ret_facts = TAKE(copy);
        return 0;
}

Facts *facts_free(Facts *facts) {
        if (facts && facts->recruit) {
                (void) json_free((Json *) facts->recruit->rsi);
                (void) json_free((Json *) facts->recruit->answers);
                (void) json_free((Json *) facts->recruit->step1_draft);
                (void) json_free((Json *) facts->recruit->qna_draft);
        }
        free(facts);
        return NULL;
}
