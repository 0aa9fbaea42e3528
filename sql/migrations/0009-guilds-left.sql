-- A guild that removed the bot keeps its settings, applications and records here, but nothing of it is open any more and nobody looks after it.
-- When it comes back, tickets whose channels are still there are open again.

ALTER TABLE cfg.ticket_panel_config ADD COLUMN left_at timestamptz;             -- NULL: we are in it

CREATE FUNCTION cfg.guild_left(guild bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM cfg.guild_lock(guild);
  UPDATE cfg.ticket_panel_config SET left_at = coalesce(left_at, flow.now()) WHERE guild_id = guild;
  DELETE FROM flow.edit WHERE guild_id = guild;
  UPDATE cfg.recruit_applications a
     SET closed_undecided = closed_undecided OR a.status IN ('draft', 'pending', 'qna_received'), qna_open = false, step1_draft = NULL, qna_draft = NULL,
         record_is_stale = true
    FROM cfg.tickets t WHERE t.tid = a.tid AND t.guild_id = guild AND t.state IN ('opening', 'open', 'closing');
  UPDATE cfg.tickets SET state = 'closed', closed_at = flow.now(), question_sealed = NULL, blocked_on = NULL,
         outcome = CASE state WHEN 'closing' THEN outcome ELSE 'the bot was removed' END
   WHERE guild_id = guild AND state IN ('opening', 'open', 'closing');
END $$;

-- channels: those that the guild has. A member who has opened another ticket meanwhile keeps that one.
CREATE FUNCTION cfg.guild_back(guild bigint, channels bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record;
BEGIN
  UPDATE cfg.ticket_panel_config SET left_at = NULL WHERE guild_id = guild;
  FOR t IN SELECT tid, opener_pid, kind FROM cfg.tickets
            WHERE guild_id = guild AND state = 'closed' AND outcome = 'the bot was removed' AND channel_id = ANY (channels) ORDER BY tid DESC FOR UPDATE LOOP
    CONTINUE WHEN EXISTS (SELECT 1 FROM cfg.tickets o WHERE o.guild_id = guild AND o.opener_pid = t.opener_pid AND o.kind = t.kind
                             AND o.state IN ('opening', 'open', 'closing'));
    UPDATE cfg.tickets SET state = 'open', closed_at = NULL, outcome = NULL WHERE tid = t.tid;
    UPDATE cfg.recruit_applications SET closed_undecided = false, record_is_stale = true WHERE tid = t.tid;
  END LOOP;
END $$;
