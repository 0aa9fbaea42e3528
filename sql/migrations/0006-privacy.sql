-- How what is stored about people goes away: one person on request, and declined applications after the time that the guild has set. Both
-- blank texts and leave rows, so that numbers, statistics and the audit stay true.
--
-- Lock order as in 0001 and 0002; an identity comes behind the tickets and applications that name it, as their foreign keys have it.

ALTER TABLE cfg.recruit_applications
  ADD COLUMN blanked_at timestamptz,                            -- since then it has no text of anybody
  ADD COLUMN record_is_stale boolean NOT NULL DEFAULT false;    -- the record shows what is stored no more: a flow writes it anew
CREATE INDEX application_stale ON cfg.recruit_applications (tid) WHERE record_is_stale;
CREATE INDEX application_unblanked ON cfg.recruit_applications (tid) WHERE blanked_at IS NULL AND (status = 'declined' OR closed_undecided);

-- Days; NULL: for ever.
ALTER TABLE cfg.recruit_settings ADD COLUMN keep_declined integer CONSTRAINT keep_declined_days CHECK (keep_declined BETWEEN 1 AND 3650);

CREATE OR REPLACE VIEW cfg.application_read AS
SELECT a.app_id, a.tid, a.status, a.role, a.qna_open, a.closed_undecided, a.has_left, a.access_mode, a.area, a.zone, a.handle, a.rsi_record,
       a.notes, a.reason, a.record_channel, a.record_message,
       a.decided_by, d.id_sealed AS decider_sealed, flow.usec(a.decided_at) AS decided_usec,
       a.removed_by, r.id_sealed AS remover_sealed, flow.usec(a.removed_at) AS removed_usec,
       a.finalised_by, f.id_sealed AS finaliser_sealed, flow.usec(a.finalised_at) AS finalised_usec,
       a.granted_role, a.rev, a.rsi, a.answers, a.step1_draft, a.qna_draft, flow.usec(a.created_at) AS created_usec,
       flow.usec(a.blanked_at) AS blanked_usec
  FROM cfg.recruit_applications a
  LEFT JOIN flow.identity d ON d.pid = a.decided_by
  LEFT JOIN flow.identity r ON r.pid = a.removed_by
  LEFT JOIN flow.identity f ON f.pid = a.finalised_by;

-- What the applicant wrote and what was written about them. The area stays: it is one of the guild's own words.
CREATE FUNCTION cfg.application_blank(id bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE cfg.recruit_applications
     SET zone = NULL, handle = NULL, rsi = NULL, rsi_record = NULL, notes = NULL, answers = NULL, step1_draft = NULL, qna_draft = NULL,
         qna_open = false, reason = CASE WHEN reason IS NOT NULL THEN '' END, blanked_at = flow.now(), record_is_stale = true
   WHERE tid = id
$$;

-- What is known of a person, for the question whether to forget it. No row: nothing.
CREATE FUNCTION cfg.person_known(guild bigint, hmac bytea) RETURNS TABLE (o_pid uuid, o_tickets bigint, o_applications bigint, o_live bigint)
STABLE LANGUAGE sql AS $$
  SELECT i.pid, count(t.tid), count(a.tid), count(t.tid) FILTER (WHERE t.state IN ('opening', 'open', 'closing'))
    FROM flow.identity i
    LEFT JOIN cfg.tickets t ON t.opener_pid = i.pid
    LEFT JOIN cfg.recruit_applications a ON a.tid = t.tid
   WHERE i.guild_id = guild AND i.id_hmac = hmac GROUP BY i.pid
$$;

-- Nothing leads to this person any more, and what they wrote is gone. MF010 "person_unknown": nothing is stored. "person_has_ticket": a ticket
-- of theirs is live, and could not be worked on without them.
CREATE FUNCTION cfg.person_erase(guild bigint, hmac bytea, f bigint, n smallint, actor uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE who uuid; n_tickets integer; n_applications integer;
BEGIN
  SELECT pid INTO who FROM flow.identity WHERE guild_id = guild AND id_hmac = hmac;
  PERFORM 1 FROM cfg.tickets WHERE opener_pid = who ORDER BY tid FOR UPDATE;
  -- from here on no ticket of theirs can be made: its foreign key waits for this row
  PERFORM 1 FROM flow.identity WHERE pid = who AND id_hmac IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'nothing is stored about them' USING ERRCODE = 'MF010', CONSTRAINT = 'person_unknown'; END IF;
  IF EXISTS (SELECT 1 FROM cfg.tickets WHERE opener_pid = who AND state IN ('opening', 'open', 'closing')) THEN
    RAISE EXCEPTION 'a ticket of theirs is live' USING ERRCODE = 'MF010', CONSTRAINT = 'person_has_ticket';
  END IF;

  UPDATE cfg.tickets SET question_sealed = NULL, opener_locale = NULL WHERE opener_pid = who;
  GET DIAGNOSTICS n_tickets = ROW_COUNT;
  PERFORM cfg.application_blank(a.tid) FROM cfg.recruit_applications a JOIN cfg.tickets t ON t.tid = a.tid WHERE t.opener_pid = who;
  GET DIAGNOSTICS n_applications = ROW_COUNT;
  -- records that name them as somebody who decided
  UPDATE cfg.recruit_applications SET record_is_stale = true WHERE who IN (decided_by, finalised_by, removed_by);
  -- what was asked by flows that died; the others have emptied theirs or are about to
  UPDATE flow.flow SET args = '' WHERE actor_pid = who AND state = 'dead';
  UPDATE flow.identity SET id_hmac = NULL, id_sealed = NULL, erased_at = flow.now() WHERE pid = who;
  INSERT INTO flow.audit (flow_id, step_no, guild_id, action, actor_pid, subject, detail)
  VALUES (f, n, guild, 'person.erased', actor, 'user:' || who, jsonb_build_object('tickets', n_tickets, 'applications', n_applications));
END $$;

-- The same on the host, where no flow runs: the row of one that is over stands for it in the audit.
CREATE FUNCTION cfg.person_erase_by_operator(guild bigint, hmac bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE f bigint;
BEGIN
  INSERT INTO flow.flow (idem_key, kind, code_ver, guild_id, subject, args, state, finished_at)
  VALUES ('ctl:erase:' || gen_random_uuid(), 'person.erase', 1, guild, 'guild:' || guild, '', 'done', flow.now()) RETURNING flow_id INTO f;
  PERFORM cfg.person_erase(guild, hmac, f, 0::smallint, NULL);
END $$;

-- Everything that is stored about a person, a row for each thing: what kind it is, its columns, and what of it is sealed under its name.
CREATE FUNCTION cfg.person_export(guild bigint, hmac bytea) RETURNS TABLE (o_kind text, o_row jsonb, o_sealed_name text, o_sealed bytea)
STABLE LANGUAGE sql AS $$
  WITH p AS (SELECT i.pid, i.guild_id FROM flow.identity i WHERE i.guild_id = guild AND i.id_hmac = hmac),
       a AS (SELECT x.* FROM cfg.recruit_applications x JOIN cfg.tickets t ON t.tid = x.tid JOIN p ON p.pid = t.opener_pid)
  SELECT 'person', to_jsonb(p), NULL::text, NULL::bytea FROM p
  UNION ALL
  SELECT 'tickets', to_jsonb(t) - 'question_sealed', 'question', t.question_sealed FROM cfg.tickets t JOIN p ON p.pid = t.opener_pid
  UNION ALL
  SELECT 'applications', to_jsonb(a) - '{step1_draft,qna_draft}'::text[], NULL, NULL FROM a
  UNION ALL
  SELECT 'drafts', jsonb_build_object('tid', a.tid, 'form', 'step 1'), 'draft', a.step1_draft FROM a WHERE a.step1_draft IS NOT NULL
  UNION ALL
  SELECT 'drafts', jsonb_build_object('tid', a.tid, 'form', 'questions'), 'draft', a.qna_draft FROM a WHERE a.qna_draft IS NOT NULL
  UNION ALL
  SELECT 'closed_tickets', jsonb_build_object('tid', t.tid, 'closed_at', t.closed_at, 'outcome', t.outcome), NULL, NULL
    FROM cfg.tickets t JOIN p ON p.pid = t.closed_by
  UNION ALL
  SELECT 'decisions', jsonb_strip_nulls(jsonb_build_object('tid', x.tid, 'status', x.status,
           'decided_at', CASE WHEN x.decided_by = p.pid THEN x.decided_at END,
           'finalised_at', CASE WHEN x.finalised_by = p.pid THEN x.finalised_at END,
           'removed_at', CASE WHEN x.removed_by = p.pid THEN x.removed_at END)), NULL, NULL
    FROM cfg.recruit_applications x JOIN p ON p.pid IN (x.decided_by, x.finalised_by, x.removed_by)
  UNION ALL
  SELECT 'flows', jsonb_build_object('flow', f.flow_id, 'kind', f.kind, 'state', f.state, 'created_at', f.created_at, 'finished_at', f.finished_at),
         'args', nullif(f.args, '') FROM flow.flow f JOIN p ON p.pid = f.actor_pid
  UNION ALL
  SELECT 'audit', to_jsonb(u) - 'actor_pid', NULL, NULL FROM flow.audit u JOIN p ON p.pid = u.actor_pid OR u.subject = 'user:' || p.pid
$$;

-- Somebody who was erased while their press waited opens nothing.
CREATE FUNCTION cfg.opener_is_known() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM 1 FROM flow.identity WHERE pid = new.opener_pid AND id_hmac IS NOT NULL FOR KEY SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION 'they have been forgotten' USING ERRCODE = 'MF010', CONSTRAINT = 'person_unknown'; END IF;
  RETURN new;
END $$;
CREATE TRIGGER opener_is_known BEFORE INSERT ON cfg.tickets FOR EACH ROW EXECUTE FUNCTION cfg.opener_is_known();
