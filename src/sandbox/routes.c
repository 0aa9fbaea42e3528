/* Every REST route the sandbox knows, below /api/v10. Literal segments stand before placeholders of the same place. */

#include "model.h"

#define C "/channels/{channel_id}"
#define M C "/messages"
#define R M "/{message_id}/reactions"
#define G "/guilds/{guild_id}"
#define A "/applications/{application_id}"
#define W "/webhooks/{application_id}/{interaction_token}"

/* clang-format off */
const SbxRoute sbx_routes[] = {
        { "GET",    "/gateway",                        SBX_AUTH_NONE, SBX_BUCKET_DEFAULT,        sbx_get_gateway         },
        { "GET",    "/gateway/bot",                    SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        sbx_get_gateway_bot     },
        { "GET",    "/users/@me",                      SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_self           },
        { "GET",    "/users/@me/guilds",               SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_own_guilds     },
        { "GET",    "/users/{user_id}",                SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_user           },
        { "POST",   "/users/@me/channels",             SBX_AUTH_BOT,  SBX_BUCKET_DM_OPEN,        rest_get_dm_channel     },
        { "GET",    "/applications/@me",               SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_application    },
        { "GET",    "/oauth2/applications/@me",        SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_application    },

        { "GET",    G,                                 SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_guild          },
        { "GET",    G "/roles",                        SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_roles          },
        { "GET",    G "/channels",                     SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_channels       },
        { "POST",   G "/channels",                     SBX_AUTH_BOT,  SBX_BUCKET_CHANNEL_CREATE, rest_create_channel     },
        { "PATCH",  G "/channels",                     SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_move_channels      },
        { "POST",   G "/roles",                        SBX_AUTH_BOT,  SBX_BUCKET_ROLE,           rest_create_role        },
        { "PATCH",  G "/roles/{role_id}",              SBX_AUTH_BOT,  SBX_BUCKET_ROLE,           rest_edit_role          },
        { "DELETE", G "/roles/{role_id}",              SBX_AUTH_BOT,  SBX_BUCKET_ROLE,           rest_delete_role        },
        { "GET",    G "/roles/{role_id}",              SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_role           },
        { "GET",    G "/emojis",                       SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_none           },
        { "GET",    G "/stickers",                     SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_none           },
        { "GET",    G "/bans",                         SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_get_bans           },
        { "GET",    G "/bans/{user_id}",               SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_get_ban            },
        { "PUT",    G "/bans/{user_id}",               SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_put_ban            },
        { "DELETE", G "/bans/{user_id}",               SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_delete_ban         },
        { "GET",    G "/members/search",               SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_search_members     },
        { "GET",    G "/members",                      SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_get_members        },
        { "PATCH",  G "/members/@me",                  SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_edit_self_member   },
        { "GET",    G "/members/{user_id}",            SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_get_member         },
        { "PATCH",  G "/members/{user_id}",            SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_edit_member        },
        { "DELETE", G "/members/{user_id}",            SBX_AUTH_BOT,  SBX_BUCKET_MEMBER,         rest_remove_member      },
        { "PUT",    G "/members/{user_id}/roles/{role_id}", SBX_AUTH_BOT, SBX_BUCKET_ROLE,       rest_add_member_role    },
        { "DELETE", G "/members/{user_id}/roles/{role_id}", SBX_AUTH_BOT, SBX_BUCKET_ROLE,       rest_remove_member_role },

        { "GET",    C,                                 SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_channel        },
        { "PATCH",  C,                                 SBX_AUTH_BOT,  SBX_BUCKET_CHANNEL_EDIT,   rest_edit_channel       },
        { "DELETE", C,                                 SBX_AUTH_BOT,  SBX_BUCKET_CHANNEL_DELETE, rest_delete_channel     },
        { "PUT",    C "/permissions/{overwrite_id}",   SBX_AUTH_BOT,  SBX_BUCKET_OVERWRITE,      rest_put_overwrite      },
        { "DELETE", C "/permissions/{overwrite_id}",   SBX_AUTH_BOT,  SBX_BUCKET_OVERWRITE,      rest_delete_overwrite   },
        { "GET",    M,                                 SBX_AUTH_BOT,  SBX_BUCKET_MESSAGE_READ,   rest_get_messages       },
        { "POST",   M,                                 SBX_AUTH_BOT,  SBX_BUCKET_MESSAGE_CREATE, rest_create_message     },
        { "POST",   M "/bulk-delete",                  SBX_AUTH_BOT,  SBX_BUCKET_MESSAGE_DELETE, rest_bulk_delete        },
        { "GET",    M "/pins",                         SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_pins           },
        { "GET",    C "/pins",                         SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_pinned_messages },
        { "PUT",    M "/pins/{message_id}",            SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_pin_message        },
        { "DELETE", M "/pins/{message_id}",            SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_unpin_message      },
        { "PUT",    C "/pins/{message_id}",            SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_pin_message        },
        { "DELETE", C "/pins/{message_id}",            SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_unpin_message      },
        { "PUT",    R "/{emoji_name}/@me",             SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_add_reaction       },
        { "DELETE", R "/{emoji_name}/@me",             SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_remove_own_reaction },
        { "DELETE", R "/{emoji_name}/{user_id}",       SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_remove_reaction    },
        { "GET",    R "/{emoji_name}",                 SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_reactions      },
        { "DELETE", R "/{emoji_name}",                 SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_clear_reactions    },
        { "DELETE", R,                                 SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_clear_reactions    },
        { "POST",   C "/typing",                       SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_start_typing       },
        { "GET",    M "/{message_id}",                 SBX_AUTH_BOT,  SBX_BUCKET_MESSAGE_READ,   rest_get_message        },
        { "PATCH",  M "/{message_id}",                 SBX_AUTH_BOT,  SBX_BUCKET_MESSAGE_EDIT,   rest_edit_message       },
        { "DELETE", M "/{message_id}",                 SBX_AUTH_BOT,  SBX_BUCKET_MESSAGE_DELETE, rest_delete_message     },

        { "GET",    A "/commands",                     SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_get_commands       },
        { "PUT",    A "/commands",                     SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_put_commands       },
        { "POST",   A "/commands",                     SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_create_command     },
        { "GET",    A "/commands/{command_id}",        SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_get_command        },
        { "PATCH",  A "/commands/{command_id}",        SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_edit_command       },
        { "DELETE", A "/commands/{command_id}",        SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_delete_command     },
        { "GET",    A G "/commands",                   SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_get_commands       },
        { "PUT",    A G "/commands",                   SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_put_commands       },
        { "POST",   A G "/commands",                   SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_create_command     },
        { "GET",    A G "/commands/{command_id}",      SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_get_command        },
        { "PATCH",  A G "/commands/{command_id}",      SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_edit_command       },
        { "DELETE", A G "/commands/{command_id}",      SBX_AUTH_BOT,  SBX_BUCKET_COMMANDS,       rest_delete_command     },

        { "POST",   "/interactions/{interaction_id}/{interaction_token}/callback",
                                                       SBX_AUTH_NONE, SBX_BUCKET_NONE,           rest_answer_interaction },
        { "POST",   C "/webhooks",                     SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_create_webhook     },
        { "GET",    C "/webhooks",                     SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_channel_webhooks },
        { "GET",    G "/webhooks",                     SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_guild_webhooks },
        { "GET",    "/webhooks/{webhook_id}",          SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_get_webhook        },
        { "DELETE", "/webhooks/{webhook_id}",          SBX_AUTH_BOT,  SBX_BUCKET_DEFAULT,        rest_delete_webhook     },
        { "GET",    W,                                 SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK,        rest_get_webhook        },
        { "DELETE", W,                                 SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK,        rest_delete_webhook     },
        { "POST",   W,                                 SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK,        rest_create_followup    },
        { "GET",    W "/messages/@original",           SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK,        rest_get_original       },
        { "PATCH",  W "/messages/@original",           SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK,        rest_edit_original      },
        { "DELETE", W "/messages/@original",           SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK,        rest_delete_original    },
        { "GET",    W "/messages/{message_id}",        SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK,        rest_get_followup       },
        { "PATCH",  W "/messages/{message_id}",        SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK,        rest_edit_followup      },
        { "DELETE", W "/messages/{message_id}",        SBX_AUTH_NONE, SBX_BUCKET_WEBHOOK,        rest_delete_followup    },
};
/* clang-format on */
const size_t sbx_n_routes = ELEMENTSOF(sbx_routes);
