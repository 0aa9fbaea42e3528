/*
 * From what somebody typed to a zone. Text is compared folded: lower case, Latin letters without accents, every run of anything else one
 * blank. A name is only taken when one thing can be meant; what is merely near is suggested, because a wrong zone is worse than a question.
 */

#include <strings.h>

#include "magikal/cleanup.h"
#include "magikal/timezone.h"
#include "magikal/unicode.h"

#define FOLDED_MAX 96                   /* bytes; longer text is no zone */
#define SCORE_SLIP 16                   /* from here on, a suggestion is only near by its letters */

typedef struct Folded { char text[FOLDED_MAX]; } Folded;

static const struct {
        const char *word, *zone;
} aliases[] = {
#define ZONE_WORD(word, zone) { word, zone },
#include "zone-words.def"
#undef ZONE_WORD
};

/* ---- folding ------------------------------------------------------------------------------------------------------------------- */

/* U+00C0 to U+017F without accents and case; a blank where the character is no letter. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                            "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* Folds n bytes of valid UTF-8; letters beyond Latin stay as they are. False: too long. */
static bool fold(const char *text, size_t n_bytes, Folded *ret) {
        const char *end = text + n_bytes;
        bool is_blank_due = false;
        Folded out = {};
        size_t n = 0;
        uint32_t c;

        for (size_t step; text < end && (step = utf8_next(text, &c)) > 0; text += step) {
                char ascii = c >= 0xC0 && c < 0xC0 + sizeof(latin) - 1 ? latin[c - 0xC0] : c < 0x80 ? (char) unicode_lower(c) : '\0';

                if (unicode_is_hidden(c) || c == '\'' || c == '.')
                        continue;
                if (!unicode_is_word(c)) {
                        is_blank_due = n > 0;
                        continue;
                }
                if (n + 1 + step >= sizeof(out.text))
                        return false;
                if (is_blank_due)
                        out.text[n++] = ' ';
                is_blank_due = false;
                if (ascii)
                        out.text[n++] = ascii;
                else {
                        copy_bytes(out.text + n, text, step);
                        n += step;
                }
        }
        *ret = out;
        return true;
}

/* Is `words` in the folded text, as whole words? */
static bool has_words(const char *text, const char *words) {
        size_t n = strlen(words);

        for (const char *at = text; n > 0 && (at = strstr(at, words)); at++)
                if ((at == text || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
                        return true;
        return false;
}

/* ---- names ---------------------------------------------------------------------------------------------------------------------- */

/* The better of two names for one city: "Region/City", "Region/State/City", what was kept for old programs. -1: no zone for people. */
static int rank_of(const char *name) {
        static const char *const regions[] = { "Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/",
                                               "Indian/", "Pacific/" };
        static const char *const others[] = { "posix/", "right/", "Factory", "localtime", "posixrules" };

        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                if (strncmp(name, others[i], strlen(others[i])) == 0)
                        return -1;
        for (size_t i = 0; i < ELEMENTSOF(regions); i++)
                if (strncmp(name, regions[i], strlen(regions[i])) == 0)
                        return strchr(name + strlen(regions[i]), '/') ? 1 : 0;
        return 2;
}

static bool is_usable(const char *name) {
        return timezone_is_name(name) && rank_of(name) >= 0;
}

static const char *city_of(const char *name) {
        const char *slash = strrchr(name, '/');

        return slash ? slash + 1 : name;
}

static bool is_same_region(const char *a, const char *b) {
        size_t n = strcspn(a, "/");

        return n == strcspn(b, "/") && memcmp(a, b, n) == 0;
}

static bool is_in_menu(const char *name) {
        const ZoneMenuRow *rows = timezone_menu();

        for (size_t i = 0; i < ZONE_MENU_MAX; i++)
                if (streq(rows[i].zone, name))
                        return true;
        return false;
}

/* `wanted` as the list spells it, case and '_' aside; NULL: it has none. */
static const char *listed(const char *const *names, size_t n_names, const char *wanted) {
        for (size_t i = 0; i < n_names; i++) {
                const char *a = names[i], *b = wanted;

                while (*a && (*a == *b || (*a == '_' && *b == ' ') || strncasecmp(a, b, 1) == 0)) {
                        a++;
                        b++;
                }
                if (*a == '\0' && *b == '\0' && is_usable(names[i]))
                        return names[i];
        }
        return NULL;
}

static int found(ZoneMatch *match, const char *name) {
        *match = (ZoneMatch) {};
        copy_bytes(match->zone.text, name, strlen(name));
        return 0;
}

/* ---- suggestions ---------------------------------------------------------------------------------------------------------------- */

typedef struct Best {
        size_t n;
        struct {
                const char *name;
                int score;              /* lower is nearer */
        } items[ZONE_SUGGESTIONS_MAX];
} Best;

static void consider(Best *best, const char *name, int score) {
        size_t at = best->n;

        for (size_t i = 0; i < best->n; i++)
                if (streq(best->items[i].name, name)) {
                        if (best->items[i].score <= score)
                                return;
                        best->n--;
                        memmove(&best->items[i], &best->items[i + 1], (best->n - i) * sizeof(*best->items));
                        at = best->n;
                        break;
                }
        while (at > 0 && best->items[at - 1].score > score)
                at--;
        if (at == ZONE_SUGGESTIONS_MAX)
                return;
        best->n = MIN(best->n + 1, (size_t) ZONE_SUGGESTIONS_MAX);
        memmove(&best->items[at + 1], &best->items[at], (best->n - at - 1) * sizeof(*best->items));
        best->items[at].name = name;
        best->items[at].score = score;
}

/* Where a name was recognised, those that would only be slips of the pen are left out. */
static int suggest(ZoneMatch *match, const Best *best) {
        bool is_recognised = best->n > 0 && best->items[0].score < SCORE_SLIP;

        *match = (ZoneMatch) {};
        for (size_t i = 0; i < best->n && (best->items[i].score < SCORE_SLIP || !is_recognised); i++)
                copy_bytes(match->suggestions[match->n_suggestions++].text, best->items[i].name, strlen(best->items[i].name));
        return ZONE_UNKNOWN;
}

/* Letters to put in, take out, change or swap with their neighbour (optimal string alignment). */
static int distance(const char *a, const char *b) {
        int rows[3][FOLDED_MAX] = {};
        int n_a = (int) strlen(a), n_b = (int) strlen(b);

        for (int k = 0; k <= n_b; k++)
                rows[0][k] = k;
        for (int i = 1; i <= n_a; i++) {
                int *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];

                now[0] = i;
                for (int k = 1; k <= n_b; k++) {
                        int in_or_out = MIN(before[k], now[k - 1]) + 1, change = before[k - 1] + (a[i - 1] != b[k - 1]);

                        now[k] = MIN(in_or_out, change);
                        if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                                now[k] = MIN(now[k], earlier[k - 2] + 1);
                }
        }
        return rows[n_a % 3][n_b];
}

/*
 * How near is what was typed to a name by which a zone goes? Lower is nearer, -1: not at all. One slip in four letters is forgiven, three
 * at most.
 */
static int nearness(const char *typed, const char *word) {
        int n = (int) strlen(typed), n_word = (int) strlen(word), limit = MIN((n + 1) / 4, 3), d;

        if (has_words(word, typed))
                return 4;
        if (n_word >= 3 && has_words(typed, word))
                return 8;
        if (n >= 3 && strncmp(word, typed, (size_t) n) == 0)
                return 12;
        if (n_word > n + limit || n > n_word + limit)
                return -1;
        d = distance(typed, word);
        return d <= limit ? SCORE_SLIP + 4 * (d - 1) : -1;
}

static void consider_word(Best *best, const char *typed, const char *word, const char *name) {
        int score = nearness(typed, word);

        if (score >= 0)
                consider(best, name, score + rank_of(name));
}

/* ---- finding -------------------------------------------------------------------------------------------------------------------- */

/* The one zone of an alias; NULL when it has none or several, which are then considered. */
static const char *find_alias(const char *typed, const char *const *names, size_t n_names, Best *best) {
        for (size_t i = 0; i < ELEMENTSOF(aliases); i++) {
                const char *name = streq(aliases[i].word, typed) ? listed(names, n_names, aliases[i].zone) : NULL;

                if (name)
                        consider(best, name, 0);
        }
        return best->n == 1 ? best->items[0].name : NULL;
}

/* The one zone of a city; NULL when there is none, or the name is used in several regions: those are then considered. */
static const char *find_city(const char *typed, const char *const *names, size_t n_names, Best *best) {
        bool is_one_region = true;

        for (size_t i = 0; i < n_names; i++) {
                const char *city = city_of(names[i]);
                Folded folded;

                if (!is_usable(names[i]) || !fold(city, strlen(city), &folded) || !streq(folded.text, typed))
                        continue;
                if (is_in_menu(names[i]))
                        return names[i];
                consider(best, names[i], rank_of(names[i]));
        }
        for (size_t i = 1; i < best->n && best->items[i].score == best->items[0].score; i++)
                is_one_region = is_one_region && is_same_region(best->items[i].name, best->items[0].name);
        return best->n > 0 && is_one_region ? best->items[0].name : NULL;
}

/* The region counts only where somebody began a full name: "America" alone is near to too much. */
static void find_near(const char *typed, bool is_full, const char *const *names, size_t n_names, Best *best) {
        for (size_t i = 0; i < n_names; i++) {
                const char *city = city_of(names[i]), *whole = is_full ? names[i] : strchr(names[i], '/');
                Folded folded;

                if (!is_usable(names[i]))
                        continue;
                if (fold(city, strlen(city), &folded))
                        consider_word(best, typed, folded.text, names[i]);
                if (whole && fold(whole, strlen(whole), &folded))
                        consider_word(best, typed, folded.text, names[i]);
        }
        for (size_t i = 0; i < ELEMENTSOF(aliases); i++)
                if (nearness(typed, aliases[i].word) >= 0) {
                        const char *name = listed(names, n_names, aliases[i].zone);

                        if (name)
                                consider_word(best, typed, aliases[i].word, name);
                }
}

int timezone_find(const char *typed, const char *const *names, size_t n_names, ZoneMatch *ret_match) {
        Best best = {};
        const char *name;
        Folded folded;
        int r, seconds;

        *ret_match = (ZoneMatch) {};
        typed += strspn(typed, " ");
        if (*typed == '\0')
                return ZONE_BLANK;
        r = timezone_read_offset(typed, &seconds);
        if (r == ZONE_NO_OFFSET)
                return r;
        if (r == 0) {
                _strbuf_ StrBuf out = {};

                timezone_append_offset(&out, seconds);
                return out.error < 0 ? out.error : found(ret_match, strbuf_text(&out));
        }
        if (!fold(typed, strlen(typed), &folded) || folded.text[0] == '\0')
                return ZONE_UNKNOWN;
        name = strchr(typed, '/') ? listed(names, n_names, typed) : NULL;
        if (!name)
                name = find_alias(folded.text, names, n_names, &best);
        if (!name && best.n == 0)
                name = find_city(folded.text, names, n_names, &best);
        if (name)
                return found(ret_match, name);
        if (best.n == 0)
                find_near(folded.text, strchr(typed, '/') != NULL, names, n_names, &best);
        return suggest(ret_match, &best);
}
