-- What the doctor looks at: the installation, and what of a guild does not get on.

-- name: doctor_installation
-- The audit is compared with its seals as far as 20,000 rows go back, so that nobody waits for it. $1: the application; $2: the guild whose newest applicant with a known handle is wanted, or of all.
SELECT (SELECT max(version) FROM flow.schema_migrations), flow.usec(flow.now()),
       (SELECT value FROM flow.kv WHERE key = 'commands:' || $1),
       (SELECT a.handle FROM cfg.recruit_applications a JOIN cfg.tickets t ON t.tid = a.tid
         WHERE a.rsi_record IS NOT NULL AND a.handle IS NOT NULL AND ($2::bigint IS NULL OR t.guild_id = $2)
         ORDER BY a.app_id DESC LIMIT 1),
       flow.audit_broken(20000),
       (SELECT flow.usec(flow.now()) - flow.usec(a.at) FROM flow.audit a
         WHERE a.audit_id > coalesce((SELECT max(s.last_id) FROM flow.audit_seal s), 0) ORDER BY a.audit_id LIMIT 1);

-- name: doctor_tickets
-- Open tickets; a guild has 500 channels, so there cannot be many more.
SELECT r.tid, r.guild_id, r.guild_no, r.kind, r.state, r.opener_pid, r.opener_sealed, r.channel_id, r.message_id, NULL,
       r.opened_usec, r.closed_usec, r.closed_by, r.closer_sealed, NULL, r.open_flow, r.repairs,
       a.app_id, a.status, a.role, a.qna_open, a.has_left, a.access_mode, a.zone, a.answers IS NOT NULL,
       EXISTS (SELECT 1 FROM flow.edit e WHERE e.channel_id = r.channel_id AND e.message_id = 0 AND e.want_ver > e.have_ver AND e.state = 'live'),
       EXISTS (SELECT 1 FROM flow.edit e WHERE e.channel_id = r.channel_id AND e.message_id = r.message_id AND e.want_ver > e.have_ver AND e.state = 'live')
  FROM cfg.ticket_read r LEFT JOIN cfg.recruit_applications a ON a.tid = r.tid
 WHERE r.guild_id = $1 AND r.state = 'open' ORDER BY r.tid LIMIT 500;

-- name: doctor_flows
-- Given up in the last week (then what it would need is erased), waiting for a permission, failing again and again, or due for a minute
-- without anybody taking it. Of those that queue behind each other only the first.
SELECT f.flow_id, f.kind, s.op, f.last_error, f.state = 'dead', f.attempt
  FROM flow.flow f LEFT JOIN flow.step s ON s.flow_id = f.flow_id AND s.step_no = f.next_step
 WHERE f.guild_id = $1
   AND ((f.state = 'dead' AND f.finished_at > flow.now() - interval '7 days')
        OR (f.state = 'ready' AND (f.last_error = 'forbidden' OR f.attempt >= 5 OR f.run_at < flow.now() - interval '1 minute')
            AND NOT EXISTS (SELECT 1 FROM flow.flow o WHERE o.subject = f.subject AND o.finished_at IS NULL AND o.flow_id < f.flow_id)))
 ORDER BY f.state <> 'dead', f.flow_id LIMIT 20;

-- name: doctor_edits
-- Wanted and not written: forbidden, failing again and again, or due for a minute.
SELECT channel_id, message_id, state = 'blocked', error FROM flow.edit
 WHERE guild_id = $1 AND want_ver > have_ver
   AND (state = 'blocked' OR (state = 'live' AND (fails >= 5 OR due_at < flow.now() - interval '1 minute')))
 ORDER BY channel_id, message_id LIMIT 20;
