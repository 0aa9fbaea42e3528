#include "ctl-query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Forgetting a person, and handing over what is stored about them, on the host. */

typedef struct Person {
        GuildId guild;
        UserId user;
        PersonKnown known;
        char *export;
        bool has_ticket;
} Person;

static int parse_person(const CtlOptions *options, Person *ret) {
        int status = ctl_id_option("guild", options->guild, &ret->guild.v);

        return status != 0 ? status : ctl_id_option("user", options->user, &ret->user.v);
}

static int say_nobody(void) {
        (void) fprintf(stderr, "magikalctl: nothing is stored about this user in this guild\n");
        return EX_DATAERR;
}

/* ---- erase -------------------------------------------------------------------------------------------------------------------------- */

static void on_known(int outcome, const PersonKnown *known, void *userdata) {
        Query *q = userdata;

        if (outcome == 0)
                ((Person *) q->userdata)->known = *known;
        query_finished(q, outcome);
}

static int send_known(Query *q) {
        Person *p = q->userdata;

        return store_person_known(q->store, p->guild, p->user, on_known, q);
}

static void on_erased(int outcome, const StoreReply *reply, void *userdata) {
        Query *q = userdata;

        if (outcome == STORE_CONFLICT)
                ((Person *) q->userdata)->has_ticket = streq_ptr(reply->constraint, "person_has_ticket");
        query_finished(q, outcome);
}

static int send_erase(Query *q) {
        Person *p = q->userdata;

        return store_person_erase(q->store, p->guild, p->user, on_erased, q);
}

static int say_has_ticket(void) {
        (void) fprintf(stderr, "magikalctl: this user has an open ticket; close it first\n");
        return EX_DATAERR;
}

/* 0 when it was confirmed, else an exit status. */
static int confirm(const CtlOptions *options, const Person *p) {
        char answer[16] = "";

        if (options->yes)
                return 0;
        if (!isatty(STDIN_FILENO)) {
                (void) fprintf(stderr, "magikalctl: erasing cannot be undone; say --yes when nobody can be asked\n");
                return EX_USAGE;
        }
        (void) printf("User %" PRIu64 " has %d tickets in guild %" PRIu64 ", %d of them applications. Their texts, and the way from them to this user,\n"
                      "go for good; numbers, dates and decisions stay. Type \"erase\" to go on: ",
                      p->user.v, p->known.n_tickets, p->guild.v, p->known.n_applications);
        (void) fflush(stdout);
        if (fgets(answer, sizeof(answer), stdin) && streq(answer, "erase\n"))
                return 0;
        (void) fprintf(stderr, "magikalctl: nothing was changed\n");
        return EX_TEMPFAIL;
}

int ctl_erase(const CtlOptions *options, _unused_ char *const args[]) {
        _cleanup_(config_freep) Config *config = NULL;
        Person p = {};
        Query known = { .send = send_known, .has_keys = true, .userdata = &p };
        Query erase = { .send = send_erase, .has_keys = true, .userdata = &p };
        int status, outcome;

        if ((status = parse_person(options, &p)) != 0 || (status = ctl_config(options, &config)) != 0 ||
            (status = query_run(config, &known, NULL)) != 0)
                return status;
        if (!p.known.who.text[0])
                return say_nobody();
        if (p.known.n_live > 0)
                return say_has_ticket();
        if ((status = confirm(options, &p)) != 0 || (status = query_run(config, &erase, &outcome)) != 0)
                return status;
        if (outcome == STORE_CONFLICT)
                return p.has_ticket ? say_has_ticket() : say_nobody();
        (void) printf("Erased. %d tickets, %d of them applications, name nobody any more; the daemon rewrites the records.\n", p.known.n_tickets,
                      p.known.n_applications);
        return 0;
}

/* ---- export ------------------------------------------------------------------------------------------------------------------------- */

static void on_exported(int outcome, const char *json, void *userdata) {
        Query *q = userdata;
        Person *p = q->userdata;

        if (outcome == 0 && json) {
                p->export = strdup(json);
                outcome = p->export ? 0 : -ENOMEM;
        }
        query_finished(q, outcome);
}

static int send_export(Query *q) {
        Person *p = q->userdata;

        return store_person_export(q->store, p->guild, p->user, on_exported, q);
}

int ctl_export(const CtlOptions *options, _unused_ char *const args[]) {
        _cleanup_(config_freep) Config *config = NULL;
        Person p = {};
        Query q = { .send = send_export, .has_keys = true, .userdata = &p };
        int status;

        if ((status = parse_person(options, &p)) != 0 || (status = ctl_config(options, &config)) != 0 || (status = query_run(config, &q, NULL)) != 0)
                return status;
        if (!p.export)
                return say_nobody();
        (void) puts(p.export);
        free(p.export);
        return 0;
}
