-- Settings of a guild.

-- name: facts
-- Installation, clock, the guild's settings and name in one row, also for a guild that has none; for a step ($2: its flow, or NULL) also
-- the channel of the live support ticket of the person who began it.
SELECT i.id, flow.usec(flow.now()), c.guild_id IS NOT NULL, c.support_panel, c.recruitment_panel, c.support_category, c.recruitment_category,
       c.log_channel, c.support_panel_msg, c.recruitment_panel_msg, coalesce(c.dm_on_close, false),
       (SELECT min(r.role_id) FROM cfg.ticket_notify_roles r WHERE r.guild_id = c.guild_id AND r.kind = 'support'),
       (SELECT min(r.role_id) FROM cfg.ticket_notify_roles r WHERE r.guild_id = c.guild_id AND r.kind = 'recruitment'),
       (SELECT t.channel_id FROM flow.flow f JOIN cfg.tickets t ON t.guild_id = f.guild_id AND t.opener_pid = f.actor_pid
         WHERE f.flow_id = $2 AND t.kind = 'support' AND t.state IN ('opening', 'open', 'closing')),
       n.name, n.locale,
       (SELECT jsonb_agg(jsonb_build_object('base', o.base_id::text, 'id', o.channel_id::text, 'no', o.no) ORDER BY o.no, o.base_id)
          FROM cfg.overflow_categories o WHERE o.guild_id = $1), c.left_at IS NOT NULL
  FROM flow.installation i LEFT JOIN cfg.ticket_panel_config c ON c.guild_id = $1 LEFT JOIN cfg.guild_names n ON n.guild_id = $1;

-- name: guild_name
-- What Discord calls the guild, and its preferred locale; written only when something of it changes. A locale that is none is not kept.
INSERT INTO cfg.guild_names (guild_id, name, locale)
SELECT $1, left($2, 100), CASE WHEN char_length($3) BETWEEN 2 AND 16 THEN $3 END WHERE $2 <> ''
    ON CONFLICT (guild_id) DO UPDATE SET name = excluded.name, locale = excluded.locale
 WHERE (guild_names.name, guild_names.locale) IS DISTINCT FROM (excluded.name, excluded.locale);

-- name: settings_new
-- The guild's row, if it is not there yet.
INSERT INTO cfg.ticket_panel_config (guild_id) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: settings_change
-- Pairs: is it changed, to what.
UPDATE cfg.ticket_panel_config
   SET support_panel         = CASE WHEN $2 THEN $3 ELSE support_panel END,
       recruitment_panel     = CASE WHEN $4 THEN $5 ELSE recruitment_panel END,
       support_category      = CASE WHEN $6 THEN $7 ELSE support_category END,
       recruitment_category  = CASE WHEN $8 THEN $9 ELSE recruitment_category END,
       log_channel           = CASE WHEN $10 THEN $11 ELSE log_channel END,
       support_panel_msg     = CASE WHEN $12 THEN $13 ELSE support_panel_msg END,
       recruitment_panel_msg = CASE WHEN $14 THEN $15 ELSE recruitment_panel_msg END,
       dm_on_close           = CASE WHEN $16 THEN $17 ELSE dm_on_close END
 WHERE guild_id = $1;

-- name: notify_roles_clear
-- Nobody is pinged for this kind of ticket.
DELETE FROM cfg.ticket_notify_roles WHERE guild_id = $1 AND kind = $2;

-- name: notify_role_set
-- This role is.
INSERT INTO cfg.ticket_notify_roles (guild_id, kind, role_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: guilds
-- Every guild we have something to do in; those that removed us have nothing.
SELECT guild_id FROM cfg.ticket_panel_config WHERE left_at IS NULL ORDER BY 1;

-- name: overflow_add
-- A category is there; one of its number may have been lost before.
INSERT INTO cfg.overflow_categories (guild_id, base_id, no, channel_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (guild_id, base_id, no) DO UPDATE SET channel_id = excluded.channel_id;

-- name: overflow_forget
-- It is gone.
DELETE FROM cfg.overflow_categories WHERE guild_id = $1 AND channel_id = $2;

-- name: guild_left
-- It removed us.
SELECT cfg.guild_left($1);

-- name: guild_back
-- We are in it again; $2: its channels.
SELECT cfg.guild_back($1, $2::bigint[]);
