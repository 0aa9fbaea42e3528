/*
 * The doctor as a whole: its table of checks, and the walk over them. What a check decides is in doctor-installation.c, doctor-settings.c,
 * doctor-access.c and doctor-ticket.c.
 */

#include "magikal/doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "doctor-check.h"

typedef struct DoctorCheck {
        const char *name;
        DoctorScope scope;
        DoctorSeverity severity;
        void (*decide)(Examination *x);
        TextId said, mended;
        const char *tests;
} DoctorCheck;

static const DoctorCheck checks[_DOCTOR_CHECK_MAX] = {
#define DOCTOR(id, name, scope, severity, decide, said, mended, tests) \
        [DOCTOR_CHECK_##id] = { name, DOCTOR_OF_##scope, DOCTOR_##severity, decide, TEXT_##said, TEXT_##mended, tests },
#include "magikal/doctor.def"
#undef DOCTOR
};

const char *doctor_check_name(DoctorCheckId check) {
        return (unsigned) check < _DOCTOR_CHECK_MAX ? checks[check].name : NULL;
}

const char *doctor_check_tests(DoctorCheckId check) {
        return (unsigned) check < _DOCTOR_CHECK_MAX ? checks[check].tests : NULL;
}

DoctorScope doctor_check_scope(DoctorCheckId check) {
        return (unsigned) check < _DOCTOR_CHECK_MAX ? checks[check].scope : 0;
}

size_t doctor_n_checks(unsigned scopes) {
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(checks); i++)
                n += (checks[i].scope & scopes) != 0;
        return n;
}

const char *doctor_severity_to_string(DoctorSeverity severity) {
        static const char *const names[] = { [DOCTOR_NOTE] = "note", [DOCTOR_WARNING] = "warning", [DOCTOR_BROKEN] = "broken" };

        return (unsigned) severity < ELEMENTSOF(names) ? names[severity] : NULL;
}

/* ---- findings ------------------------------------------------------------------------------------------------------------------------- */

void doctor_find_as(Examination *x, DoctorSeverity severity, TextId said, TextId mended, const TextArg *args) {
        DoctorFinding *f;

        if (x->n == x->n_allocated) {
                size_t n = x->n_allocated * 2 + 8;
                DoctorFinding *grown = reallocarray(x->findings, n, sizeof(*grown));

                if (!grown) {
                        x->error = -ENOMEM;
                        return;
                }
                x->findings = grown;
                x->n_allocated = n;
        }
        f = &x->findings[x->n++];
        *f = (DoctorFinding) { .check = x->check, .severity = severity, .order = x->n, .said = said, .mended = mended };
        for (size_t i = 0; args && args[i].kind != TEXT_KIND_END; i++) {
                if (i == DOCTOR_ARGS_MAX) {
                        x->error = -EINVAL;
                        return;
                }
                f->args[i] = args[i];
        }
}

void doctor_find(Examination *x, const TextArg *args) {
        const DoctorCheck *check = &checks[x->check];

        doctor_find_as(x, check->severity, check->said, check->mended, args);
}

void doctor_about(Examination *x, TextId setting) {
        if (x->error < 0 || x->n == 0)
                return;
        x->findings[x->n - 1].has_setting = true;
        x->findings[x->n - 1].setting = setting;
}

void doctor_finding_args(const DoctorFinding *f, Lang lang, TextArg ret[static DOCTOR_ARGS_MAX + 2]) {
        size_t n = 0;

        for (; n < DOCTOR_ARGS_MAX && f->args[n].kind != TEXT_KIND_END; n++)
                ret[n] = f->args[n];
        if (f->has_setting)
                ret[n++] = ARG_OURS("setting", text_lookup(lang, f->setting));
        ret[n] = (TextArg) { .kind = TEXT_KIND_END };
}

/* ---- what several checks ask ---------------------------------------------------------------------------------------------------------- */

const DoctorChannel *doctor_channel(const DoctorGuild *guild, ChannelId id) {
        for (size_t i = 0; id.v != 0 && i < guild->n_channels; i++)
                if (guild->channels[i].id.v == id.v)
                        return &guild->channels[i];
        return NULL;
}

const DoctorRole *doctor_role(const DoctorGuild *guild, RoleId id) {
        for (size_t i = 0; id.v != 0 && i < guild->n_roles; i++)
                if (guild->roles[i].id.v == id.v)
                        return &guild->roles[i];
        return NULL;
}

size_t doctor_channels_in(const DoctorGuild *guild, ChannelId category) {
        size_t n = 0;

        for (size_t i = 0; i < guild->n_channels; i++)
                n += category.v == 0 || guild->channels[i].parent.v == category.v;
        return n;
}

bool doctor_knows_guild(const Examination *x) {
        return x->guild->look == DOCTOR_SEEN && x->guild->settings && x->guild->recruit;
}

uint64_t doctor_rights(const PermissionSubject *subject, const DoctorChannel *channel) {
        return permission_effective(subject, channel->overwrites, channel->n_overwrites);
}

/* Somebody of whom nothing is known but a role. */
static PermissionSubject holder(const Examination *x, const DoctorRole *role, PermissionRole *ret_role) {
        PermissionSubject subject = x->everyone;

        *ret_role = (PermissionRole) { .id = role->id, .permissions = role->permissions };
        subject.roles = ret_role;
        subject.n_roles = 1;
        return subject;
}

uint64_t doctor_role_rights(const Examination *x, RoleId id, const DoctorChannel *channel) {
        const DoctorRole *role = doctor_role(x->guild, id);
        PermissionSubject subject;
        PermissionRole only;

        if (!role)
                return 0;
        subject = holder(x, role, &only);
        return doctor_rights(&subject, channel);
}

uint64_t doctor_role_base(const Examination *x, RoleId id) {
        const DoctorRole *role = doctor_role(x->guild, id);
        PermissionSubject subject;
        PermissionRole only;

        if (!role)
                return 0;
        subject = holder(x, role, &only);
        return permission_base(&subject);
}

uint64_t doctor_lacks(const Examination *x, const DoctorChannel *channel, uint64_t needed) {
        return needed & ~doctor_rights(&x->bot, channel);
}

bool doctor_uses(const Examination *x, TicketKind kind) {
        const GuildSettings *s = x->guild->settings;

        return kind == TICKET_SUPPORT ? s->support_panel.v || s->support_category.v : s->recruitment_panel.v || s->recruitment_category.v;
}

RoleId doctor_ping_role(const Examination *x, TicketKind kind) {
        return kind == TICKET_SUPPORT ? x->guild->settings->support_role : x->guild->settings->recruitment_role;
}

/* ---- the walk --------------------------------------------------------------------------------------------------------------------------- */

static bool is_higher(const DoctorRole *a, const DoctorRole *b) {
        return !b || permission_role_is_above(a->position, a->id, b->position, b->id);
}

/* Who we are in the guild. */
static int meet_bot(Examination *x) {
        const DoctorGuild *guild = x->guild;
        const DoctorRole *everyone = doctor_role(guild, (RoleId) { guild->guild.v }), *highest = NULL;
        size_t n = 0;

        x->everyone = (PermissionSubject) { .guild = guild->guild, .everyone = everyone ? everyone->permissions : 0 };
        x->bot = x->everyone;
        x->bot.user = guild->bot;
        x->bot_roles = new0(PermissionRole, guild->n_bot_roles + 1);
        if (!x->bot_roles)
                return -ENOMEM;
        for (size_t i = 0; i < guild->n_bot_roles; i++) {
                const DoctorRole *role = doctor_role(guild, guild->bot_roles[i]);

                if (!role)
                        continue;
                x->bot_roles[n++] = (PermissionRole) { .id = role->id, .permissions = role->permissions };
                if (is_higher(role, highest))
                        highest = role;
                if (role->is_managed)           /* the one that came with the invitation */
                        x->bot_role = role->id;
        }
        if (x->bot_role.v == 0 && highest)
                x->bot_role = highest->id;
        x->bot.roles = x->bot_roles;
        x->bot.n_roles = n;
        return 0;
}

/* Worst first; what is equally bad in the order of the table, which is that of the walk. */
static int compare(const void *a, const void *b) {
        const DoctorFinding *l = a, *r = b;

        if (l->severity != r->severity)
                return l->severity > r->severity ? -1 : 1;
        return l->order < r->order ? -1 : 1;
}

int doctor_examine(const DoctorWorld *world, unsigned scopes, DoctorReport *ret) {
        Examination x = { .world = world, .guild = &world->guild };
        DoctorReport report = {};

        x.error = meet_bot(&x);
        for (size_t i = 0; x.error == 0 && i < ELEMENTSOF(checks); i++)
                if (checks[i].scope & scopes) {
                        x.check = (DoctorCheckId) i;
                        checks[i].decide(&x);
                }
        free(x.bot_roles);
        if (x.error < 0) {
                free(x.findings);
                return x.error;
        }
        if (x.n > 0)
                qsort(x.findings, x.n, sizeof(*x.findings), compare);
        for (size_t i = 0; i < x.n; i++)
                report.n_of[x.findings[i].severity]++;
        report.findings = x.findings;
        report.n = x.n;
        *ret = report;
        return 0;
}

void doctor_report_done(DoctorReport *report) {
        free(report->findings);
        *report = (DoctorReport) {};
}
