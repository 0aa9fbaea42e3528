/*
 * The HTML of the site, as far as programs read it: the same ids, classes and labels, with the random classes, the scripts and the templates
 * around them that make careless readers stumble.
 */

#include "rsi-page.h"

#include <errno.h>

void rsi_put_escaped(StrBuf *out, const char *text) {
        for (; *text; text++)
                switch (*text) {
                case '<':
                        strbuf_append(out, "&lt;");
                        break;
                case '>':
                        strbuf_append(out, "&gt;");
                        break;
                case '&':
                        strbuf_append(out, "&amp;");
                        break;
                case '"':
                        strbuf_append(out, "&quot;");
                        break;
                default:
                        strbuf_append_char(out, *text);
                }
}

static void put_head(StrBuf *out, const char *title) {
        strbuf_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
        rsi_put_escaped(out, title);
        strbuf_append(out, "</title>\n<script>window.templates = { entry: \"<p class='entry'><span class='label'>Handle name</span></p>\" };</script>\n"
                           "</head>\n<body>\n<div id=\"navigation\"><a href=\"/\">Home</a></div>\n<div id=\"contentbody\"><div class=\"wrapper\">\n");
}

static void put_foot(StrBuf *out) {
        strbuf_append(out, "</div></div>\n<script type=\"text/template\"><div class=\"main-org visibility-V\"></div></script>\n</body>\n</html>\n");
}

/* One labelled entry; the random classes grow with every call, as they differ on the site from page to page. */
static void put_entry(StrBuf *out, const char *label, const char *value) {
        if (!value)
                return;
        strbuf_appendf(out, "<p class=\"entry\"><span class=\"label data%zu\">%s</span>\n<strong class=\"value data%zu\">", out->n_bytes % 17, label, out->n_bytes % 13);
        rsi_put_escaped(out, value);
        strbuf_append(out, "</strong></p>\n");
}

static void put_record(StrBuf *out, const RsiPerson *person) {
        strbuf_append(out, "<div id=\"public-profile\">\n<p class=\"entry citizen-record\"><span class=\"label data7\">UEE Citizen Record</span>\n<strong class=\"value data3\">");
        if (person->record > 0)
                strbuf_appendf(out, "#%u", person->record);
        else
                strbuf_append(out, "n/a");
        strbuf_append(out, "</strong></p>\n");
}

/* The inside of a box that shows a membership. */
static void put_membership(StrBuf *out, const RsiMember *member) {
        const RsiOrganisation *organisation = member->sid ? rsi_organisation_find(member->sid) : NULL;
        bool is_visible = organisation && member->visibility == 'V';

        strbuf_append(out, "<div class=\"info\">\n");
        if (is_visible) {
                strbuf_appendf(out, "<p class=\"entry orgtitle\"><a href=\"/orgs/%s\" class=\"value data5\">", organisation->sid);
                rsi_put_escaped(out, organisation->name);
                strbuf_append(out, "</a></p>\n");
        } else
                strbuf_append(out, "<p class=\"entry orgtitle\"><span class=\"value data5\">&nbsp;</span></p>\n");
        put_entry(out, "Spectrum Identification (SID)", is_visible ? organisation->sid : "\xC2\xA0");
        put_entry(out, "Organization rank", is_visible ? member->rank : "\xC2\xA0");
        strbuf_append(out, "<div class=\"ranking data0\">");
        for (unsigned i = 0; i < 5; i++)
                strbuf_append(out, is_visible && i < member->n_stars ? "<span class=\"active\"></span>" : "<span></span>");
        strbuf_append(out, "</div>\n</div>\n");
}

static void put_main_org(StrBuf *out, const RsiMember *member) {
        if (!member->sid) {
                strbuf_append(out, "<div class=\"main-org right-col visibility-\"><span class=\"title\">Main organization</span>\n"
                                   "<div class=\"empty\">NO MAIN ORG FOUND IN PUBLIC RECORDS</div></div>\n");
                return;
        }
        strbuf_appendf(out, "<div class=\"main-org right-col visibility-%c\"><span class=\"title\">Main organization</span>\n<div class=\"inner clearfix\">\n", member->visibility);
        if (member->visibility != 'H')
                put_membership(out, member);
        strbuf_append(out, "</div></div>\n");
}

static void put_profile(StrBuf *out, const RsiPerson *person) {
        strbuf_append(out, "<div class=\"profile left-col\"><span class=\"title\">Profile</span>\n<div class=\"inner clearfix\">\n<div class=\"thumb\"><img src=\"");
        if (person->record > 0)
                strbuf_appendf(out, "/media/%08x/heap_infobox/portrait.jpg", person->record);
        else
                strbuf_append(out, "https://cdn.robertsspaceindustries.com/static/images/account/avatar_default_big.jpg");
        strbuf_append(out, "\" alt=\"\"></div>\n<div class=\"info\">\n<p class=\"entry\"><strong class=\"value data1\">");
        rsi_put_escaped(out, person->moniker);
        strbuf_append(out, "</strong></p>\n");
        put_entry(out, "Handle name", person->handle);
        if (person->title) {
                strbuf_append(out, "<p class=\"entry\"><span class=\"icon\"><img src=\"/media/badge.png\" alt=\"\"></span><span class=\"value\">");
                rsi_put_escaped(out, person->title);
                strbuf_append(out, "</span></p>\n");
        }
        strbuf_append(out, "</div>\n</div></div>\n");
}

static void put_bio(StrBuf *out, const char *bio) {
        strbuf_append(out, "<div class=\"entry bio\"><span class=\"label\">Bio</span>\n<div class=\"value\">");
        while (*bio) {
                _free_ char *line = strndup(bio, strcspn(bio, "\n"));

                if (!line) {
                        out->error = -ENOMEM;
                        return;
                }
                rsi_put_escaped(out, line);
                bio += strlen(line);
                if (*bio) {
                        strbuf_append(out, "<br />\n");
                        bio++;
                }
        }
        strbuf_append(out, "</div></div>\n");
}

void rsi_put_dossier(StrBuf *out, const RsiPerson *person) {
        put_head(out, person->handle);
        strbuf_append(out, "<h1 class=\"page-title\">CITIZEN DOSSIER</h1>\n");
        put_record(out, person);
        strbuf_append(out, "<div class=\"profile-content overview-content clearfix\">\n<div class=\"box-content profile-wrapper clearfix\"><div class=\"inner-bg clearfix\">\n");
        put_profile(out, person);
        put_main_org(out, &person->memberships[0]);
        strbuf_append(out, "</div></div>\n<div class=\"left-col\"><div class=\"inner\">\n");
        put_entry(out, "Enlisted", person->enlisted);
        put_entry(out, "Location", person->location);
        put_entry(out, "Fluency", person->fluency);
        strbuf_append(out, "</div></div>\n<div class=\"right-col\"><div class=\"inner\">\n");
        if (person->website) {
                strbuf_append(out, "<p class=\"entry website\"><span class=\"label\">Website</span>\n<a href=\"");
                rsi_put_escaped(out, person->website);
                strbuf_append(out, "\" class=\"value\" rel=\"nofollow\">");
                rsi_put_escaped(out, person->website);
                strbuf_append(out, "</a></p>\n");
        }
        if (person->bio)
                put_bio(out, person->bio);
        strbuf_append(out, "</div></div>\n</div>\n</div>\n");
        put_foot(out);
}

void rsi_put_organisations(StrBuf *out, const RsiPerson *person) {
        put_head(out, person->handle);
        put_record(out, person);
        strbuf_append(out, "<div class=\"profile-content orgs-content clearfix\">\n");
        for (size_t i = 0; i < RSI_MEMBERSHIPS_MAX; i++) {
                const RsiMember *m = &person->memberships[i];

                /* hidden ones are not there at all */
                if (!m->sid || m->visibility == 'H')
                        continue;
                strbuf_appendf(out, "<div class=\"box-content org %s visibility-%c\"><div class=\"inner-bg clearfix\">\n", i == 0 ? "main" : "affiliation", m->visibility);
                put_membership(out, m);
                strbuf_append(out, "</div></div>\n");
        }
        strbuf_append(out, "</div>\n</div>\n");
        put_foot(out);
}

void rsi_put_organisation(StrBuf *out, const RsiOrganisation *organisation) {
        put_head(out, organisation->name);
        strbuf_appendf(out, "<div id=\"organization\">\n<div class=\"heading\">\n<div class=\"logo noshadow\"><img src=\"/media/logo/%s-Logo.png\" alt=\"\">"
                            "<span class=\"count\">%u members</span></div>\n<h1>", organisation->sid, organisation->n_members);
        rsi_put_escaped(out, organisation->name);
        strbuf_appendf(out, " / <span class=\"symbol\">%s</span></h1>\n<ul class=\"tags\"><li class=\"model\">%s</li><li class=\"commitment\">Regular</li></ul>\n"
                            "<ul class=\"focus\"><li class=\"primary tooltip-wrap\"><img src=\"/media/focus/1.png\" alt=\"%s\"></li>"
                            "<li class=\"secondary tooltip-wrap\"><img src=\"/media/focus/2.png\" alt=\"%s\"></li></ul>\n</div>\n</div>\n",
                       organisation->sid, organisation->archetype, organisation->primary, organisation->secondary);
        put_foot(out);
}

void rsi_put_login(StrBuf *out) {
        put_head(out, "Sign in");
        strbuf_append(out, "<h1>CITIZEN DOSSIER</h1>\n<form action=\"/account/signin\" method=\"post\"><input type=\"email\" name=\"email\">"
                           "<input type=\"password\" name=\"password\"><button>Sign in</button></form>\n");
        put_foot(out);
}

void rsi_put_new_layout(StrBuf *out, const RsiPerson *person) {
        put_head(out, person->handle);
        strbuf_appendf(out, "<main data-page=\"citizen\"><h1>CITIZEN DOSSIER</h1><dl><dt>Handle</dt><dd>%s</dd><dt>Record</dt><dd>#%u</dd></dl></main>\n",
                       person->handle, person->record);
        put_foot(out);
}

void rsi_put_message(StrBuf *out, int status, const char *sentence) {
        put_head(out, sentence);
        strbuf_appendf(out, "<h1>%d</h1>\n<p>", status);
        rsi_put_escaped(out, sentence);
        strbuf_append(out, "</p>\n");
        put_foot(out);
}
