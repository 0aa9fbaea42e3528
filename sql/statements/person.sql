-- What is stored about one person ($2: what finds the identity), and how it goes.

-- name: person_known
-- No row: nothing.
SELECT o_pid, o_tickets, o_applications, o_live FROM cfg.person_known($1, $2);

-- name: person_erase
-- By step $4 of flow $3, for actor $5.
SELECT cfg.person_erase($1, $2, $3, $4, $5);

-- name: person_erase_by_operator
-- Without a flow.
SELECT cfg.person_erase_by_operator($1, $2);

-- name: person_export
-- A row for each thing, those of a kind together.
SELECT o_kind, o_row, o_sealed_name, o_sealed FROM cfg.person_export($1, $2) ORDER BY o_kind, o_row;

-- name: blank_declined
-- Applications that were declined or left undecided, once the time that the guild keeps them is over.
SELECT cfg.application_blank(x.tid)
  FROM (SELECT a.tid
          FROM cfg.recruit_applications a
          JOIN cfg.tickets t ON t.tid = a.tid
          JOIN cfg.recruit_settings s ON s.guild_id = t.guild_id
         WHERE a.blanked_at IS NULL AND (a.status = 'declined' OR a.closed_undecided) AND t.state = 'closed'
           AND t.closed_at < flow.now() - make_interval(days => s.keep_declined)
         ORDER BY a.tid LIMIT 1000 FOR UPDATE OF a SKIP LOCKED) x;

-- name: refresh_records
-- Applications whose record shows what is no more: each is shown anew by a flow, at most one a minute.
INSERT INTO flow.flow (idem_key, kind, code_ver, guild_id, subject, args)
SELECT 'tmr:record:' || a.tid || ':' || floor(extract(epoch FROM flow.now()) / 60)::bigint, $1, $2, t.guild_id, 'ticket:' || a.tid, ''
  FROM cfg.recruit_applications a JOIN cfg.tickets t ON t.tid = a.tid
 WHERE a.record_is_stale AND NOT EXISTS (SELECT 1 FROM cfg.ticket_panel_config c WHERE c.guild_id = t.guild_id AND c.left_at IS NOT NULL)
   AND NOT EXISTS (SELECT 1 FROM flow.flow f WHERE f.subject = 'ticket:' || a.tid AND f.finished_at IS NULL)
 ORDER BY a.tid LIMIT 50
ON CONFLICT (idem_key) DO NOTHING
RETURNING flow_id;

-- name: record_fresh
-- A flow has begun to show what is stored now.
UPDATE cfg.recruit_applications SET record_is_stale = false WHERE tid = $1;
