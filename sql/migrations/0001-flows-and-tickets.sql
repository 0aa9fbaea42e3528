-- Flows (a durable inbox, queue and write-ahead log in one), people's pseudonyms, wanted edits, gateway sessions, support tickets.
--
-- Lock order inside a transaction: flow, step, guild counter, ticket, edits by (channel, message), audit.
-- Errors of our own: MF001 the lease is lost, MF010 a rule of the product said no (its name is in CONSTRAINT).

CREATE SCHEMA cfg;

-- One clock for everything that is compared between processes and hosts; tests shift it. STABLE parts only, so that it is inlined
-- and may bound an index scan. statement_timestamp() is renewed by each statement of a pipeline.
CREATE FUNCTION flow.now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT statement_timestamp() + coalesce(nullif(current_setting('flow.skew', true), '')::interval, interval '0') $$;

-- Microseconds since 1970, the program's form of a time. extract() gives numeric, so nothing is rounded.
CREATE FUNCTION flow.usec(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (extract(epoch FROM t) * 1000000)::bigint $$;

-- Made once: part of every nonce, so that a restored or second database never repeats one.
CREATE TABLE flow.installation (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  id       bigint NOT NULL);
INSERT INTO flow.installation (id)
SELECT ('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12))::bit(48)::bigint + 1;

CREATE TABLE flow.kv (key text PRIMARY KEY, value text NOT NULL);

-- A random pseudonym per person and guild; the only road to a Discord user id, and only with keys from outside of the database.
CREATE TABLE flow.identity (
  pid       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  guild_id  bigint NOT NULL,
  id_hmac   bytea,                      -- finds the row
  id_sealed bytea,                      -- gives the user id back
  erased_at timestamptz,
  UNIQUE (guild_id, id_hmac),
  CHECK ((id_hmac IS NULL) = (id_sealed IS NULL) AND (id_hmac IS NULL) = (erased_at IS NOT NULL)));

-- Inbox, queue and lease, one row per click, command or timer.
CREATE TABLE flow.flow (
  flow_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  idem_key    text     NOT NULL UNIQUE CHECK (octet_length(idem_key) <= 128),  -- 'ix:<interaction>' 'msg:<id>' 'tmr:<what>:<n>'
  kind        text     NOT NULL CHECK (octet_length(kind) <= 48),
  code_ver    smallint NOT NULL,
  guild_id    bigint   NOT NULL,
  subject     text     NOT NULL,        -- in order, one at a time: 'user:<pid>' 'ticket:<tid>' 'guild:<id>'
  actor_pid   uuid     REFERENCES flow.identity,
  args        bytea    NOT NULL CHECK (octet_length(args) <= 131072),          -- sealed JSON; empty once it is over
  state       text     NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'done', 'refused', 'dead')),
  undo        boolean  NOT NULL DEFAULT false,                                 -- walking back
  next_step   smallint NOT NULL DEFAULT 0,
  priority    smallint NOT NULL DEFAULT 5,
  run_at      timestamptz NOT NULL DEFAULT flow.now(),
  deadline    timestamptz,              -- NULL: clean-up and timers
  attempt     smallint NOT NULL DEFAULT 0,                                     -- errors on this step, 0 after progress
  crashes     smallint NOT NULL DEFAULT 0,                                     -- guilty worker deaths on this step, 0 after progress
  lease_owner text,                     -- 'machine:boot:pid'
  lease_epoch bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  last_error  text,
  created_at  timestamptz NOT NULL DEFAULT flow.now(),
  finished_at timestamptz,
  told_at     timestamptz,              -- dead flows: the person and the staff were told
  CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  CHECK ((state IN ('done', 'refused', 'dead')) = (finished_at IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX flow_ready ON flow.flow (priority, run_at, flow_id) WHERE state = 'ready';
-- Not by lease_until: each checkpoint moves it, and a row whose indexed columns stay as they are is written in place (HOT). The rows of
-- this index are only those in flight, so a look for old leases may read them all.
CREATE INDEX flow_lease ON flow.flow (lease_owner) WHERE state = 'running';
CREATE INDEX flow_deadline ON flow.flow (deadline) WHERE state = 'ready' AND deadline IS NOT NULL;
CREATE INDEX flow_waiting ON flow.flow (guild_id) WHERE state = 'ready' AND last_error = 'forbidden';
CREATE INDEX flow_subject ON flow.flow (subject, flow_id) WHERE finished_at IS NULL;
CREATE UNIQUE INDEX flow_one_running ON flow.flow (subject) WHERE state = 'running';
CREATE INDEX flow_old ON flow.flow (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX flow_dead ON flow.flow (subject, finished_at) WHERE state = 'dead';

-- Write-ahead intent, then checkpoint.
CREATE TABLE flow.step (
  flow_id  bigint   NOT NULL REFERENCES flow.flow ON DELETE CASCADE,
  step_no  smallint NOT NULL,
  op       text     NOT NULL,           -- the code's name of this step; another name parks the flow
  state    text     NOT NULL CHECK (state IN ('intent', 'done', 'undone')),
  marker   text     NOT NULL,           -- how to find the effect again
  sends    smallint NOT NULL DEFAULT 1,
  epoch    bigint   NOT NULL,
  first_at timestamptz NOT NULL DEFAULT flow.now(),
  last_at  timestamptz NOT NULL DEFAULT flow.now(),
  result   jsonb,                       -- ids of channels and messages only; never a user id or text
  done_at  timestamptz,
  PRIMARY KEY (flow_id, step_no),
  CHECK ((state = 'intent') = (done_at IS NULL))
) WITH (fillfactor = 80);

-- Append only, by rights; written in the transaction of the checkpoint.
CREATE TABLE flow.audit (
  audit_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  flow_id   bigint NOT NULL,
  step_no   smallint NOT NULL,
  guild_id  bigint NOT NULL,
  action    text NOT NULL,
  actor_pid uuid REFERENCES flow.identity,
  subject   text NOT NULL,
  at        timestamptz NOT NULL DEFAULT flow.now(),
  detail    jsonb,                      -- before and after of settings and states; never free text
  UNIQUE (flow_id, step_no, action));
CREATE INDEX audit_subject ON flow.audit (guild_id, subject, audit_id);
CREATE INDEX audit_actor ON flow.audit (actor_pid, audit_id) WHERE actor_pid IS NOT NULL;

-- Wanted against written body of a message, or of a channel's topic (message 0).
CREATE TABLE flow.edit (
  channel_id    bigint NOT NULL,
  message_id    bigint NOT NULL DEFAULT 0,
  guild_id      bigint NOT NULL,
  want          bytea,                  -- sealed body; NULL once written
  want_ver      bigint NOT NULL DEFAULT 1,
  have_ver      bigint NOT NULL DEFAULT 0,
  have_hash     text,
  first_want_at timestamptz NOT NULL DEFAULT flow.now(),
  due_at        timestamptz NOT NULL,
  fails         smallint NOT NULL DEFAULT 0,
  state         text NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'gone', 'blocked')),
  error         text,
  lease_owner   text,
  lease_epoch   bigint NOT NULL DEFAULT 0,
  lease_until   timestamptz,
  PRIMARY KEY (channel_id, message_id));
CREATE INDEX edit_due ON flow.edit (due_at) WHERE want_ver > have_ver AND state = 'live';

-- Continuity and ownership of a gateway session.
CREATE TABLE flow.shard (
  shard_id    smallint PRIMARY KEY,
  shard_count smallint NOT NULL,
  session_id  text,
  resume_url  text,
  seq         bigint,
  owner       text,
  epoch       bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  saved_at    timestamptz);

-- IDENTIFY costs: one per bucket in 5 s, and a number a day for the whole token (Discord reference, "Gateway", session start limit).
CREATE TABLE flow.identify_bucket (bucket smallint PRIMARY KEY, last_at timestamptz NOT NULL DEFAULT '-infinity');
CREATE TABLE flow.identify_day (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  began_at timestamptz NOT NULL DEFAULT '-infinity',
  n        integer NOT NULL DEFAULT 0);
INSERT INTO flow.identify_day DEFAULT VALUES;

CREATE TABLE cfg.ticket_panel_config (
  guild_id              bigint PRIMARY KEY,
  next_no               integer NOT NULL DEFAULT 1,
  support_panel         bigint,
  recruitment_panel     bigint,
  support_category      bigint,
  recruitment_category  bigint,
  log_channel           bigint,
  support_panel_msg     bigint,
  recruitment_panel_msg bigint,
  dm_on_close           boolean NOT NULL DEFAULT false);

CREATE TABLE cfg.ticket_notify_roles (
  guild_id bigint NOT NULL REFERENCES cfg.ticket_panel_config,
  kind     text NOT NULL CHECK (kind IN ('support', 'recruitment')),
  role_id  bigint NOT NULL,
  PRIMARY KEY (guild_id, kind, role_id));

CREATE TABLE cfg.tickets (
  tid             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- TID in the channel's topic
  guild_id        bigint NOT NULL REFERENCES cfg.ticket_panel_config,
  guild_no        integer NOT NULL,                                 -- the number in the channel's name
  kind            text NOT NULL CHECK (kind IN ('support', 'recruitment')),
  opener_pid      uuid NOT NULL REFERENCES flow.identity,
  state           text NOT NULL CHECK (state IN ('opening', 'open', 'closing', 'closed', 'failed')),
  open_flow       bigint UNIQUE,                                    -- the flow that made it; flows are removed long before tickets
  channel_id      bigint UNIQUE,
  message_id      bigint,
  question_sealed bytea,                                            -- blanked at the end
  blocked_on      text,
  repairs         integer NOT NULL DEFAULT 0,
  reserved_at     timestamptz NOT NULL DEFAULT flow.now(),
  opened_at       timestamptz,
  closed_at       timestamptz,
  closed_by       uuid REFERENCES flow.identity,
  outcome         text,
  UNIQUE (guild_id, guild_no));
CREATE UNIQUE INDEX ticket_one ON cfg.tickets (guild_id, opener_pid, kind) WHERE state IN ('opening', 'open', 'closing');
CREATE INDEX ticket_repair ON cfg.tickets (tid) WHERE state IN ('opening', 'closing');
CREATE INDEX ticket_of_opener ON cfg.tickets (opener_pid, kind, reserved_at);
CREATE INDEX ticket_of_closer ON cfg.tickets (closed_by) WHERE closed_by IS NOT NULL;

-- A ticket with what leads to its people, times as the program wants them.
CREATE VIEW cfg.ticket_read AS
SELECT t.tid, t.guild_id, t.guild_no, t.kind, t.state, t.opener_pid, o.id_sealed AS opener_sealed, t.channel_id, t.message_id,
       t.question_sealed, flow.usec(t.opened_at) AS opened_usec, flow.usec(t.closed_at) AS closed_usec,
       t.closed_by, c.id_sealed AS closer_sealed, t.outcome, t.open_flow, t.repairs
  FROM cfg.tickets t
  JOIN flow.identity o ON o.pid = t.opener_pid
  LEFT JOIN flow.identity c ON c.pid = t.closed_by;

-- ---- intake ---------------------------------------------------------------------------------------------------------------

-- Identity and flow in one round trip. o_fresh false: a replay. o_flow NULL: the subject has 20 unfinished flows, or three of its
-- flows died within the hour (o_waiting is then below 20).
CREATE FUNCTION flow.accept(idem text, kind text, ver smallint, guild bigint, hmac bytea, sealed bytea, subj text, args bytea, ttl interval)
RETURNS TABLE (o_flow bigint, o_actor uuid, o_fresh boolean, o_waiting integer) LANGUAGE plpgsql AS $$
DECLARE who uuid; s text; n integer; id bigint;
BEGIN
  IF hmac IS NOT NULL THEN
    SELECT i.pid INTO who FROM flow.identity i WHERE i.guild_id = guild AND i.id_hmac = hmac;
    IF NOT FOUND THEN
      INSERT INTO flow.identity AS i (guild_id, id_hmac, id_sealed) VALUES (guild, hmac, sealed)
      ON CONFLICT (guild_id, id_hmac) DO UPDATE SET id_hmac = excluded.id_hmac RETURNING i.pid INTO who;
    END IF;
  END IF;
  s := CASE subj WHEN 'actor' THEN 'user:' || who ELSE subj END;

  SELECT f.flow_id INTO id FROM flow.flow f WHERE f.idem_key = idem;
  IF FOUND THEN RETURN QUERY SELECT id, who, false, 0; RETURN; END IF;

  SELECT count(*) INTO n FROM flow.flow f WHERE f.subject = s AND f.finished_at IS NULL;
  IF n >= 20 OR (SELECT count(*) FROM flow.flow f WHERE f.subject = s AND f.state = 'dead'
                    AND f.finished_at > flow.now() - interval '1 hour') >= 3 THEN
    RETURN QUERY SELECT NULL::bigint, who, false, n; RETURN;
  END IF;

  INSERT INTO flow.flow AS f (idem_key, kind, code_ver, guild_id, subject, actor_pid, args, deadline)
  VALUES (idem, kind, ver, guild, s, who, args, flow.now() + ttl) ON CONFLICT (idem_key) DO NOTHING RETURNING f.flow_id INTO id;
  RETURN QUERY SELECT coalesce(id, (SELECT f.flow_id FROM flow.flow f WHERE f.idem_key = idem)), who, id IS NOT NULL, n;
END $$;

-- ---- fences: the first statement of a checkpoint's batch; they raise, because a pipelined batch cannot branch in the middle ----
-- The update of the flow's own row is the fence: it finds the row only as its holder left it, and locks it before anything else is written.

CREATE FUNCTION flow.lost() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'lease lost' USING ERRCODE = 'MF001';
END $$;

-- Step done, on to the next.
CREATE FUNCTION flow.checkpoint(f bigint, e bigint, n smallint, o text, res jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE flow.flow SET next_step = n + 1, attempt = 0, crashes = 0, lease_until = flow.now() + interval '30 s'
   WHERE flow_id = f AND lease_epoch = e AND state = 'running' AND next_step = n;
  IF NOT FOUND THEN PERFORM flow.lost(); END IF;
  INSERT INTO flow.step AS s (flow_id, step_no, op, state, marker, epoch, result, done_at) VALUES (f, n, o, 'done', '', e, res, flow.now())
  ON CONFLICT (flow_id, step_no) DO UPDATE SET state = 'done', result = excluded.result, done_at = excluded.done_at, epoch = excluded.epoch;
END $$;

-- The same step once more, with a cursor.
CREATE FUNCTION flow.again(f bigint, e bigint, n smallint, res jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE flow.flow SET attempt = 0, crashes = 0, lease_until = flow.now() + interval '30 s'
   WHERE flow_id = f AND lease_epoch = e AND state = 'running' AND next_step = n;
  IF NOT FOUND THEN PERFORM flow.lost(); END IF;
  UPDATE flow.step SET result = res, sends = 0, last_at = flow.now() WHERE flow_id = f AND step_no = n;
END $$;

-- Walk back from here: from n - 1, or from n if that is in intent.
CREATE FUNCTION flow.turn(f bigint, e bigint, n smallint, why text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE flow.flow SET undo = true, attempt = 0, crashes = 0, last_error = why, deadline = NULL, lease_until = flow.now() + interval '30 s'
   WHERE flow_id = f AND lease_epoch = e AND state = 'running' AND next_step = n;
  IF NOT FOUND THEN PERFORM flow.lost(); END IF;
END $$;

-- Step k was taken back.
CREATE FUNCTION flow.undone(f bigint, e bigint, n smallint, k smallint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE flow.flow SET next_step = k, attempt = 0, crashes = 0, lease_until = flow.now() + interval '30 s'
   WHERE flow_id = f AND lease_epoch = e AND state = 'running' AND next_step = n;
  IF NOT FOUND THEN PERFORM flow.lost(); END IF;
  UPDATE flow.step SET state = 'undone', done_at = flow.now() WHERE flow_id = f AND step_no = k;
END $$;

-- 'done' and 'refused' forget what was asked; 'dead' keeps it for the operator.
CREATE FUNCTION flow.finish(f bigint, e bigint, n smallint, s text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE flow.flow SET state = s, lease_owner = NULL, lease_until = NULL, args = CASE s WHEN 'dead' THEN args ELSE '' END,
         finished_at = flow.now()
   WHERE flow_id = f AND lease_epoch = e AND state = 'running' AND next_step = n;
  IF NOT FOUND THEN PERFORM flow.lost(); END IF;
END $$;

-- Give it back for a while; one more attempt.
CREATE FUNCTION flow.later(f bigint, e bigint, n smallint, why text, wait interval) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE flow.flow SET state = 'ready', lease_owner = NULL, lease_until = NULL, attempt = least(attempt + 1, 32767), last_error = why,
         run_at = flow.now() + wait
   WHERE flow_id = f AND lease_epoch = e AND state = 'running' AND next_step = n;
  IF NOT FOUND THEN PERFORM flow.lost(); END IF;
END $$;

-- ---- gateway --------------------------------------------------------------------------------------------------------------

-- 0: an IDENTIFY may be sent now and is counted. Else microseconds to wait.
CREATE FUNCTION flow.identify_take(b smallint, per_day integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE at timestamptz; began timestamptz; used integer; t timestamptz := flow.now();
BEGIN
  INSERT INTO flow.identify_bucket (bucket) VALUES (b) ON CONFLICT DO NOTHING;
  SELECT last_at INTO at FROM flow.identify_bucket WHERE bucket = b FOR UPDATE;
  IF at > t - interval '5 s' THEN RETURN flow.usec(at + interval '5 s') - flow.usec(t) + 1; END IF;

  SELECT began_at, n INTO began, used FROM flow.identify_day FOR UPDATE;
  IF began <= t - interval '1 day' THEN began := t; used := 0; END IF;
  IF used >= per_day THEN RETURN flow.usec(began + interval '1 day') - flow.usec(t) + 1; END IF;

  UPDATE flow.identify_day SET began_at = began, n = used + 1;
  UPDATE flow.identify_bucket SET last_at = t WHERE bucket = b;
  RETURN 0;
END $$;

-- ---- tickets --------------------------------------------------------------------------------------------------------------

-- The guild's next number and a row in state opening. The same flow asking again gets the same ticket.
CREATE FUNCTION cfg.ticket_reserve(f bigint, guild bigint, k text, opener uuid, question bytea, cooldown interval, per_day integer)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE id bigint; no integer; t timestamptz := flow.now();
BEGIN
  SELECT tid INTO id FROM cfg.tickets WHERE open_flow = f;
  IF FOUND THEN RETURN id; END IF;

  INSERT INTO cfg.ticket_panel_config (guild_id) VALUES (guild) ON CONFLICT DO NOTHING;
  UPDATE cfg.ticket_panel_config SET next_no = next_no + 1 WHERE guild_id = guild RETURNING next_no - 1 INTO no;

  IF EXISTS (SELECT 1 FROM cfg.tickets WHERE guild_id = guild AND opener_pid = opener AND kind = k AND state IN ('opening', 'open', 'closing')) THEN
    RAISE EXCEPTION 'there is a ticket already' USING ERRCODE = 'MF010', CONSTRAINT = 'ticket_one';
  END IF;
  -- a channel that staff deleted is not the member's doing
  IF cooldown IS NOT NULL AND EXISTS (SELECT 1 FROM cfg.tickets WHERE guild_id = guild AND opener_pid = opener AND kind = k
                                         AND state = 'closed' AND outcome IS DISTINCT FROM 'deleted by hand' AND closed_at > t - cooldown) THEN
    RAISE EXCEPTION 'the last ticket was closed a moment ago' USING ERRCODE = 'MF010', CONSTRAINT = 'ticket_cooldown';
  END IF;
  IF per_day IS NOT NULL AND (SELECT count(*) FROM cfg.tickets WHERE guild_id = guild AND opener_pid = opener AND kind = k
                                 AND state <> 'failed' AND reserved_at > t - interval '1 day') >= per_day THEN
    RAISE EXCEPTION 'too many tickets today' USING ERRCODE = 'MF010', CONSTRAINT = 'ticket_per_day';
  END IF;

  INSERT INTO cfg.tickets (guild_id, guild_no, kind, opener_pid, state, open_flow, question_sealed)
  VALUES (guild, no, k, opener, 'opening', f, question) RETURNING tid INTO id;
  RETURN id;
END $$;

-- The first who closes wins.
CREATE FUNCTION cfg.ticket_closing(id bigint, closer uuid, how text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE cfg.tickets SET state = 'closing', closed_by = closer, outcome = how WHERE tid = id AND state = 'open';
  IF NOT FOUND THEN RAISE EXCEPTION 'the ticket is not open' USING ERRCODE = 'MF010', CONSTRAINT = 'ticket_not_open'; END IF;
END $$;

-- ---- rights ---------------------------------------------------------------------------------------------------------------

-- What the running program may do. Called after every migration run; true when there is such a role and it is not the owner.
CREATE FUNCTION flow.grant_runtime(r name) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  IF r = current_user OR NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = r) THEN RETURN false; END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA cfg, flow TO %I', r);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cfg, flow TO %I', r);
  EXECUTE format('REVOKE UPDATE, DELETE ON flow.audit FROM %I', r);
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON flow.schema_migrations, flow.installation FROM %I', r);
  RETURN true;
END $$;
