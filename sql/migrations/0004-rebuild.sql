-- A ticket that only its channel still knows, after an older copy of the database was restored, becomes a row again, with its own number.
-- Runs with the owner's rights: the running program may not move sequences.
CREATE FUNCTION cfg.ticket_rebuild(id bigint, guild bigint, no integer, k text, opener uuid, channel bigint, message bigint, opened timestamptz,
                                   app bigint, s text, r text, z text, granted bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
  PERFORM cfg.guild_lock(guild);
  IF EXISTS (SELECT 1 FROM cfg.tickets WHERE tid = id) THEN RETURN; END IF;
  IF EXISTS (SELECT 1 FROM cfg.tickets WHERE guild_id = guild AND opener_pid = opener AND kind = k AND state IN ('opening', 'open', 'closing')) THEN
    RAISE EXCEPTION 'there is a ticket already' USING ERRCODE = 'MF010', CONSTRAINT = 'ticket_one';
  END IF;

  -- the number in the channel's name, unless another ticket has been given it since
  SELECT CASE WHEN no > 0 AND NOT EXISTS (SELECT 1 FROM cfg.tickets WHERE guild_id = guild AND guild_no = no) THEN no ELSE c.next_no END
    INTO n FROM cfg.ticket_panel_config c WHERE c.guild_id = guild;
  UPDATE cfg.ticket_panel_config SET next_no = greatest(next_no, n + 1) WHERE guild_id = guild;
  INSERT INTO cfg.tickets (tid, guild_id, guild_no, kind, opener_pid, state, channel_id, message_id, reserved_at, opened_at)
  OVERRIDING SYSTEM VALUE VALUES (id, guild, n, k, opener, 'open', channel, message, opened, opened);
  IF id > (SELECT last_value FROM cfg.tickets_tid_seq) THEN PERFORM setval('cfg.tickets_tid_seq', id); END IF;

  IF app IS NULL THEN RETURN; END IF;
  INSERT INTO cfg.recruit_applications (app_id, tid, status, role, zone, qna_open, decided_at, access_mode, granted_role, created_at)
  OVERRIDING SYSTEM VALUE
  VALUES (app, id, s, r, z, s = 'pending', CASE s WHEN 'approved' THEN flow.now() END, CASE s WHEN 'approved' THEN 'keep' END,
          CASE s WHEN 'approved' THEN granted END, opened);
  IF app > (SELECT last_value FROM cfg.recruit_applications_app_id_seq) THEN PERFORM setval('cfg.recruit_applications_app_id_seq', app); END IF;
END $$;
