/* Interactions: no frame trips the decoder, and what it accepts keeps every promise of its header. */

#include "magikal/interaction.h"

#include "magikal/command.h"
#include "magikal/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void must_be_within(const char *text, size_t n_min, size_t n_max) {
        must(text && utf8_is_valid(text, strlen(text)) && utf8_length(text) >= n_min && utf8_length(text) <= n_max);
}

static void promises_hold(const Interaction *ix) {
        Command command;

        must(ix->id.v && ix->application.v && ix->user.v);
        must(ix->type >= INTERACTION_COMMAND && ix->type <= INTERACTION_MODAL);
        must_be_within(ix->token, 1, LIMIT_INTERACTION_TOKEN);
        must_be_within(ix->username, 1, LIMIT_USERNAME);
        must_be_within(ix->locale, 0, 16);
        must_be_within(ix->guild_locale, 0, 16);
        must(ix->n_roles <= LIMIT_GUILD_ROLES && ix->n_options <= LIMIT_COMMAND_OPTIONS && ix->n_values <= LIMIT_SELECT_VALUES);
        must(ix->n_fields <= LIMIT_MODAL_COMPONENTS);
        for (size_t i = 0; i < ix->n_roles; i++)
                must(interaction_has_role(ix, ix->roles[i]) && ix->roles[i].v);
        for (size_t i = 0; i < ix->n_options; i++) {
                must_be_within(ix->options[i].name, 1, LIMIT_COMMAND_NAME);
                must(interaction_option(ix, ix->options[i].name));
                if (ix->options[i].text)
                        must_be_within(ix->options[i].text, 0, LIMIT_OPTION_STRING);
                else
                        must(ix->type != INTERACTION_COMMAND || ix->options[i].type != OPTION_STRING);
        }
        for (size_t i = 0; i < ix->n_values; i++)
                must_be_within(ix->values[i], 0, LIMIT_SELECT_TEXT);
        for (size_t i = 0; i < ix->n_fields; i++) {
                must_be_within(ix->fields[i].custom_id, 1, LIMIT_CUSTOM_ID);
                must(interaction_field(ix, ix->fields[i].custom_id) == &ix->fields[i]);
                for (size_t k = 0; k < ix->fields[i].n_values; k++)
                        must_be_within(ix->fields[i].values[k], 0, LIMIT_SELECT_TEXT);
        }
        for (size_t i = 0; i < ix->n_resolved; i++)
                must(ix->resolved[i].id && ix->resolved[i].name);
        must(!ix->group || ix->sub_command);
        must((ix->type == INTERACTION_COMMAND || ix->type == INTERACTION_AUTOCOMPLETE) == (ix->command != NULL));
        must((ix->type == INTERACTION_COMPONENT || ix->type == INTERACTION_MODAL) == (ix->custom_id != NULL));
        if (command_find(ix, &command) == 0)
                must((unsigned) command < _COMMAND_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        _cleanup_(interaction_freep) Interaction *whole = NULL, *address = NULL;
        const char *why = NULL;

        if (interaction_decode((const char *) data, n_bytes, &whole, &why) == 0)
                promises_hold(whole);
        else
                must(!whole && why);
        if (interaction_decode_address((const char *) data, n_bytes, &address, NULL) == 0)
                must(address->id.v && address->application.v && *address->token);
        else
                must(!whole);   /* what is right as a whole has a right address */
        return 0;
}
