-- What is set about recruitment.

-- name: recruit_facts
-- One row: settings of guild $1, and the application of a recruitment ticket. Which ticket: number $2; else the one that flow $3 made, else
-- the live one of the person who began that flow; the live one of channel $4, of the member that $5 finds; the one that cfg.applicant_ticket()
-- finds by $7. $6: roles whose capabilities are wanted.
WITH found AS (
  SELECT x.tid FROM (
    SELECT 1 AS rank, t.tid FROM cfg.tickets t WHERE t.guild_id = $1 AND t.tid = $2
    UNION ALL
    SELECT 2, t.tid FROM cfg.tickets t WHERE $2 IS NULL AND t.guild_id = $1 AND t.open_flow = $3
    UNION ALL
    SELECT 3, t.tid FROM flow.flow f JOIN cfg.tickets t ON t.guild_id = f.guild_id AND t.opener_pid = f.actor_pid
     WHERE $2 IS NULL AND f.guild_id = $1 AND f.flow_id = $3 AND t.kind = 'recruitment' AND t.state IN ('opening', 'open', 'closing')
    UNION ALL
    SELECT 4, t.tid FROM cfg.tickets t WHERE t.guild_id = $1 AND t.channel_id = $4 AND t.state IN ('opening', 'open', 'closing')
    UNION ALL
    SELECT 5, t.tid FROM flow.identity i JOIN cfg.tickets t ON t.guild_id = i.guild_id AND t.opener_pid = i.pid
     WHERE i.guild_id = $1 AND i.id_hmac = $5 AND t.kind = 'recruitment' AND t.state IN ('opening', 'open', 'closing')
    UNION ALL
    SELECT 6, cfg.applicant_ticket($1, $7) WHERE $7 IS NOT NULL) x
   ORDER BY x.rank LIMIT 1)
SELECT s.record_channel, coalesce(s.access_mode, 'keep'), coalesce(s.nick_sync, false), p.org_url, p.image_url, r.member_role, r.affiliate_role,
       (SELECT jsonb_agg(jsonb_build_object('name', o.name, 'emoji', o.emoji, 'role', o.ping_role::text) ORDER BY o.position, o.name)
          FROM cfg.ticket_recruitment_options o WHERE o.guild_id = $1),
       coalesce(s.next_question, 1),
       (SELECT jsonb_agg(jsonb_build_object('id', q.question_id, 'label', q.label, 'type', q.type, 'required', q.required,
                                            'placeholder', q.placeholder) ORDER BY q.position)
          FROM cfg.recruit_questions q WHERE q.guild_id = $1),
       (SELECT string_agg(DISTINCT c.capability, ',') FROM cfg.role_caps c WHERE c.guild_id = $1 AND c.role_id = ANY($6::bigint[])),
       (SELECT t.channel_id FROM flow.flow f JOIN cfg.tickets t ON t.guild_id = f.guild_id AND t.opener_pid = f.actor_pid
         WHERE f.flow_id = $3 AND t.kind = 'recruitment' AND t.state IN ('opening', 'open', 'closing')),
       CASE WHEN a.zone IS NOT NULL THEN cfg.zone_offsets('Europe/London', flow.now(), interval '2 days') END,
       CASE WHEN a.zone NOT LIKE 'UTC%' THEN cfg.zone_offsets(a.zone, flow.now(), interval '2 days') END,
       a.app_id, a.tid, a.status, a.role, a.qna_open, a.closed_undecided, a.has_left, a.access_mode, a.area, a.zone, a.handle, a.rsi_record,
       a.notes, a.reason, a.record_channel, a.record_message, a.decided_by, a.decider_sealed, a.decided_usec, a.removed_by, a.remover_sealed,
       a.removed_usec, a.finalised_by, a.finaliser_sealed, a.finalised_usec, a.granted_role, a.rev, a.rsi, a.answers, a.step1_draft,
       a.qna_draft, a.created_usec, a.blanked_usec, s.keep_declined
  FROM flow.installation i
  LEFT JOIN cfg.recruit_settings s ON s.guild_id = $1
  LEFT JOIN cfg.recruit_panel_settings p ON p.guild_id = $1
  LEFT JOIN cfg.autoroles r ON r.guild_id = $1
  LEFT JOIN cfg.application_read a ON a.tid = (SELECT f.tid FROM found f);

-- name: capabilities
-- Of these roles.
SELECT string_agg(DISTINCT capability, ',') FROM cfg.role_caps WHERE guild_id = $1 AND role_id = ANY($2::bigint[]);

-- name: role_capabilities
-- Every role that has any.
SELECT role_id, string_agg(capability, ',') FROM cfg.role_caps WHERE guild_id = $1 GROUP BY role_id ORDER BY role_id;

-- name: capability_add
-- Once is enough.
INSERT INTO cfg.role_caps (guild_id, role_id, capability) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: capability_clear
-- $2 NULL: whoever has it.
DELETE FROM cfg.role_caps WHERE guild_id = $1 AND capability = $3 AND ($2::bigint IS NULL OR role_id = $2);

-- name: recruit_settings_change
-- Pairs: is it changed, to what.
INSERT INTO cfg.recruit_settings AS s (guild_id, record_channel, access_mode, nick_sync, keep_declined)
VALUES ($1, CASE WHEN $2 THEN $3::bigint END, CASE WHEN $4 THEN $5 ELSE 'keep' END, $6 AND $7, CASE WHEN $8 THEN $9::integer END)
ON CONFLICT (guild_id) DO UPDATE
   SET record_channel = CASE WHEN $2 THEN $3 ELSE s.record_channel END,
       access_mode    = CASE WHEN $4 THEN $5 ELSE s.access_mode END,
       nick_sync      = CASE WHEN $6 THEN $7 ELSE s.nick_sync END,
       keep_declined  = CASE WHEN $8 THEN $9 ELSE s.keep_declined END;

-- name: recruit_panel_change
-- The same for what the panel shows.
INSERT INTO cfg.recruit_panel_settings AS p (guild_id, org_url, image_url) VALUES ($1, CASE WHEN $2 THEN $3 END, CASE WHEN $4 THEN $5 END)
ON CONFLICT (guild_id) DO UPDATE
   SET org_url   = CASE WHEN $2 THEN $3 ELSE p.org_url END,
       image_url = CASE WHEN $4 THEN $5 ELSE p.image_url END;

-- name: autoroles_change
-- The same for the roles that an approval gives.
INSERT INTO cfg.autoroles AS r (guild_id, member_role, affiliate_role)
VALUES ($1, CASE WHEN $2 THEN $3::bigint END, CASE WHEN $4 THEN $5::bigint END)
ON CONFLICT (guild_id) DO UPDATE
   SET member_role    = CASE WHEN $2 THEN $3 ELSE r.member_role END,
       affiliate_role = CASE WHEN $4 THEN $5 ELSE r.affiliate_role END;

-- name: option_add
-- $5: what the guild had by default, written down before the first change; $6 at most.
SELECT cfg.option_add($1, $2, $3, $4, $5::text[], $6);

-- name: option_remove
-- The last one stays.
SELECT cfg.option_remove($1, $2, $3::text[]);

-- name: questions_replace
-- The whole list.
SELECT cfg.questions_replace($1, $2::jsonb, $3);

-- name: timezones
-- By name; not the copies for other systems' sake.
SELECT name FROM pg_timezone_names WHERE name !~ '^(posix|right)/' AND name NOT IN ('Factory', 'localtime', 'posixrules') ORDER BY name;

-- name: zone_rules
-- The clock of a zone around now.
SELECT cfg.zone_offsets($1, flow.now(), interval '2 days'), flow.usec(flow.now());
