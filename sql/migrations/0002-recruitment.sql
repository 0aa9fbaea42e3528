-- Recruitment: what administrators have set, the questions they ask, and the applications themselves.
--
-- Lock order inside a transaction goes on as in 0001: flow, step, guild, ticket, application, edits, audit. Whatever changes the options
-- or questions of a guild locks its row in cfg.ticket_panel_config first, so that two administrators do not mix their lists.

CREATE TABLE cfg.recruit_settings (
  guild_id       bigint PRIMARY KEY REFERENCES cfg.ticket_panel_config,
  record_channel bigint,                       -- where the permanent records are
  access_mode    text NOT NULL DEFAULT 'keep' CHECK (access_mode IN ('keep', 'read_only', 'hide')),
  nick_sync      boolean NOT NULL DEFAULT false,
  next_question  integer NOT NULL DEFAULT 1);  -- numbers of questions are never given again

CREATE TABLE cfg.recruit_panel_settings (
  guild_id  bigint PRIMARY KEY REFERENCES cfg.ticket_panel_config,
  org_url   text CHECK (char_length(org_url) BETWEEN 1 AND 512),
  image_url text CHECK (char_length(image_url) BETWEEN 1 AND 1024));

-- Areas to choose from. A guild without a row has the default ones.
CREATE TABLE cfg.ticket_recruitment_options (
  guild_id  bigint NOT NULL REFERENCES cfg.ticket_panel_config,
  name      text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  emoji     text CHECK (char_length(emoji) BETWEEN 1 AND 100),
  ping_role bigint,                            -- pinged for this area too
  position  smallint NOT NULL,
  PRIMARY KEY (guild_id, name));
CREATE UNIQUE INDEX option_name ON cfg.ticket_recruitment_options (guild_id, lower(name));

-- What applicants are asked. A guild without a row asks the default questions.
CREATE TABLE cfg.recruit_questions (
  guild_id    bigint NOT NULL REFERENCES cfg.ticket_panel_config,
  question_id integer NOT NULL CHECK (question_id > 0),
  position    smallint NOT NULL CONSTRAINT question_full CHECK (position BETWEEN 1 AND 20),
  label       text NOT NULL CHECK (char_length(label) BETWEEN 1 AND 45),
  type        text NOT NULL CHECK (type IN ('keywords', 'time_range', 'yes_no', 'short', 'paragraph')),
  required    boolean NOT NULL,
  placeholder text CHECK (char_length(placeholder) BETWEEN 1 AND 100),
  PRIMARY KEY (guild_id, question_id),
  UNIQUE (guild_id, position));

CREATE TABLE cfg.role_caps (
  guild_id   bigint NOT NULL REFERENCES cfg.ticket_panel_config,
  role_id    bigint NOT NULL,
  capability text NOT NULL CHECK (capability IN ('admin', 'moderator', 'events', 'recruitment', 'helper')),
  PRIMARY KEY (guild_id, role_id, capability));

CREATE TABLE cfg.autoroles (
  guild_id       bigint PRIMARY KEY REFERENCES cfg.ticket_panel_config,
  member_role    bigint,
  affiliate_role bigint);

-- One row per recruitment ticket. What the applicant wrote for others to read is in clear, by purpose; drafts are nobody else's and sealed.
CREATE TABLE cfg.recruit_applications (
  app_id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,   -- APP in the topic
  tid              bigint NOT NULL UNIQUE REFERENCES cfg.tickets,
  status           text NOT NULL DEFAULT 'draft'
                   CHECK (status IN ('draft', 'pending', 'qna_received', 'approved', 'declined', 'finalised', 'removed')),
  role             text CHECK (role IN ('member', 'affiliate')),
  area             text CHECK (char_length(area) <= 100),
  zone             text CHECK (char_length(zone) <= 64),
  handle           text CHECK (char_length(handle) <= 60),
  rsi              jsonb,                      -- what the site said of the handle; NULL: not asked yet
  rsi_record       text,                       -- the citizen's number, which stays when a handle changes
  notes            text CHECK (char_length(notes) <= 4000),
  answers          jsonb,
  step1_draft      bytea,                      -- sealed; a refused or half-done form, until it succeeds
  qna_draft        bytea,
  rev              integer NOT NULL DEFAULT 0, -- counts what the applicant changed
  qna_open         boolean NOT NULL DEFAULT false,
  has_left         boolean NOT NULL DEFAULT false,
  record_channel   bigint,
  record_message   bigint,
  access_mode      text CHECK (access_mode IN ('keep', 'read_only', 'hide')),     -- as it was at approval
  granted_role     bigint,                     -- the role that the approval gave; removal takes this one away
  decided_by       uuid REFERENCES flow.identity,
  decided_at       timestamptz,
  finalised_by     uuid REFERENCES flow.identity,
  finalised_at     timestamptz,
  removed_by       uuid REFERENCES flow.identity,
  removed_at       timestamptz,
  reason           text CHECK (char_length(reason) <= 4000),          -- declined or removed
  closed_undecided boolean NOT NULL DEFAULT false,
  created_at       timestamptz NOT NULL DEFAULT flow.now(),
  CHECK ((status = 'draft') = (role IS NULL)),
  CHECK ((status IN ('approved', 'declined', 'finalised', 'removed')) = (decided_at IS NOT NULL)),
  CHECK (finalised_at IS NULL OR status IN ('finalised', 'removed')),
  CHECK ((status = 'removed') = (removed_at IS NOT NULL)),
  CHECK (status NOT IN ('declined', 'removed') OR reason IS NOT NULL),
  CHECK ((record_channel IS NULL) = (record_message IS NULL)));
CREATE INDEX application_rsi ON cfg.recruit_applications (rsi_record) WHERE rsi_record IS NOT NULL;
CREATE INDEX application_handle ON cfg.recruit_applications (lower(handle)) WHERE handle IS NOT NULL;
CREATE INDEX application_decider ON cfg.recruit_applications (decided_by) WHERE decided_by IS NOT NULL;
CREATE INDEX application_finaliser ON cfg.recruit_applications (finalised_by) WHERE finalised_by IS NOT NULL;
CREATE INDEX application_remover ON cfg.recruit_applications (removed_by) WHERE removed_by IS NOT NULL;

-- An application with what leads to its people, times as the program wants them.
CREATE VIEW cfg.application_read AS
SELECT a.app_id, a.tid, a.status, a.role, a.qna_open, a.closed_undecided, a.has_left, a.access_mode, a.area, a.zone, a.handle, a.rsi_record,
       a.notes, a.reason, a.record_channel, a.record_message,
       a.decided_by, d.id_sealed AS decider_sealed, flow.usec(a.decided_at) AS decided_usec,
       a.removed_by, r.id_sealed AS remover_sealed, flow.usec(a.removed_at) AS removed_usec,
       a.finalised_by, f.id_sealed AS finaliser_sealed, flow.usec(a.finalised_at) AS finalised_usec,
       a.granted_role, a.rev, a.rsi, a.answers, a.step1_draft, a.qna_draft, flow.usec(a.created_at) AS created_usec
  FROM cfg.recruit_applications a
  LEFT JOIN flow.identity d ON d.pid = a.decided_by
  LEFT JOIN flow.identity r ON r.pid = a.removed_by
  LEFT JOIN flow.identity f ON f.pid = a.finalised_by;

-- ---- what administrators change ---------------------------------------------------------------------------------------------

-- The guild's row, made if it is not there, locked.
CREATE FUNCTION cfg.guild_lock(guild bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO cfg.ticket_panel_config (guild_id) VALUES (guild) ON CONFLICT DO NOTHING;
  PERFORM 1 FROM cfg.ticket_panel_config WHERE guild_id = guild FOR UPDATE;
END $$;

-- From now on the guild's options are rows: what it had by default is written down before the first change.
CREATE FUNCTION cfg.options_own(guild bigint, defaults text[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM cfg.guild_lock(guild);
  IF NOT EXISTS (SELECT 1 FROM cfg.ticket_recruitment_options WHERE guild_id = guild) THEN
    INSERT INTO cfg.ticket_recruitment_options (guild_id, name, position)
    SELECT guild, d.name, d.n FROM unnest(defaults) WITH ORDINALITY AS d(name, n);
  END IF;
END $$;

CREATE FUNCTION cfg.option_add(guild bigint, n text, e text, ping bigint, defaults text[], n_max integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM cfg.options_own(guild, defaults);
  IF EXISTS (SELECT 1 FROM cfg.ticket_recruitment_options WHERE guild_id = guild AND lower(name) = lower(n)) THEN
    RAISE EXCEPTION 'there is such an option' USING ERRCODE = 'MF010', CONSTRAINT = 'option_name';
  END IF;
  IF (SELECT count(*) FROM cfg.ticket_recruitment_options WHERE guild_id = guild) >= n_max THEN
    RAISE EXCEPTION 'no more options' USING ERRCODE = 'MF010', CONSTRAINT = 'option_full';
  END IF;
  INSERT INTO cfg.ticket_recruitment_options (guild_id, name, emoji, ping_role, position)
  SELECT guild, n, e, ping, coalesce(max(position), 0) + 1 FROM cfg.ticket_recruitment_options WHERE guild_id = guild;
END $$;

CREATE FUNCTION cfg.option_remove(guild bigint, n text, defaults text[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM cfg.options_own(guild, defaults);
  IF NOT EXISTS (SELECT 1 FROM cfg.ticket_recruitment_options WHERE guild_id = guild AND lower(name) = lower(n)) THEN
    RAISE EXCEPTION 'there is no such option' USING ERRCODE = 'MF010', CONSTRAINT = 'option_none';
  END IF;
  IF (SELECT count(*) FROM cfg.ticket_recruitment_options WHERE guild_id = guild) = 1 THEN
    RAISE EXCEPTION 'the last option stays' USING ERRCODE = 'MF010', CONSTRAINT = 'option_last';
  END IF;
  DELETE FROM cfg.ticket_recruitment_options WHERE guild_id = guild AND lower(name) = lower(n);
END $$;

-- The whole list, in order, and the number that the next new question will have.
CREATE FUNCTION cfg.questions_replace(guild bigint, list jsonb, next_id integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM cfg.guild_lock(guild);
  INSERT INTO cfg.recruit_settings AS s (guild_id, next_question) VALUES (guild, next_id)
  ON CONFLICT (guild_id) DO UPDATE SET next_question = greatest(s.next_question, excluded.next_question);
  DELETE FROM cfg.recruit_questions WHERE guild_id = guild;
  INSERT INTO cfg.recruit_questions (guild_id, question_id, position, label, type, required, placeholder)
  SELECT guild, (q.value ->> 'id')::integer, q.n, q.value ->> 'label', q.value ->> 'type', (q.value ->> 'required')::boolean,
         q.value ->> 'placeholder'
    FROM jsonb_array_elements(list) WITH ORDINALITY AS q(value, n);
END $$;

-- ---- what happens to an application -----------------------------------------------------------------------------------------

-- Step 1 is in, or was mended. Whatever was known of another handle is forgotten.
CREATE FUNCTION cfg.application_step1(id bigint, r text, ar text, z text, h text, n text, asks boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE cfg.recruit_applications
     SET role = r, area = ar, zone = z, handle = h, notes = n, step1_draft = NULL, rev = rev + 1,
         rsi = CASE WHEN lower(handle) = lower(h) THEN rsi END, rsi_record = CASE WHEN lower(handle) = lower(h) THEN rsi_record END,
         qna_open = qna_open OR (status = 'draft' AND asks), status = CASE status WHEN 'draft' THEN 'pending' ELSE status END
   WHERE tid = id AND status IN ('draft', 'pending', 'qna_received') AND NOT closed_undecided;
  IF NOT FOUND THEN RAISE EXCEPTION 'the application is decided' USING ERRCODE = 'MF010', CONSTRAINT = 'application_decided'; END IF;
END $$;

CREATE FUNCTION cfg.application_qna(id bigint, a jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE cfg.recruit_applications
     SET answers = a, qna_draft = NULL, qna_open = false, rev = rev + 1, status = CASE status WHEN 'pending' THEN 'qna_received' ELSE status END
   WHERE tid = id AND qna_open AND status IN ('pending', 'qna_received', 'approved') AND NOT closed_undecided;
  IF NOT FOUND THEN RAISE EXCEPTION 'nothing is asked' USING ERRCODE = 'MF010', CONSTRAINT = 'application_qna_closed'; END IF;
END $$;

CREATE FUNCTION cfg.application_qna_reopen(id bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE cfg.recruit_applications SET qna_open = true
   WHERE tid = id AND status IN ('pending', 'qna_received', 'approved') AND NOT closed_undecided;
  IF NOT FOUND THEN RAISE EXCEPTION 'the application is decided' USING ERRCODE = 'MF010', CONSTRAINT = 'application_decided'; END IF;
END $$;

-- The first who decides wins, and nobody decides on their own application.
CREATE FUNCTION cfg.application_decide(id bigint, s text, who uuid, why text, mode text, granted bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM cfg.tickets WHERE tid = id AND opener_pid = who) THEN
    RAISE EXCEPTION 'their own application' USING ERRCODE = 'MF010', CONSTRAINT = 'application_own';
  END IF;
  UPDATE cfg.recruit_applications
     SET status = s, decided_by = who, decided_at = flow.now(), reason = why, access_mode = mode, granted_role = granted
   WHERE tid = id AND status IN ('pending', 'qna_received') AND NOT closed_undecided;
  IF NOT FOUND THEN RAISE EXCEPTION 'the application is decided' USING ERRCODE = 'MF010', CONSTRAINT = 'application_decided'; END IF;
END $$;

CREATE FUNCTION cfg.application_finalise(id bigint, who uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM cfg.tickets WHERE tid = id AND opener_pid = who) THEN
    RAISE EXCEPTION 'their own application' USING ERRCODE = 'MF010', CONSTRAINT = 'application_own';
  END IF;
  UPDATE cfg.recruit_applications SET status = 'finalised', finalised_by = who, finalised_at = flow.now()
   WHERE tid = id AND status = 'approved';
  IF NOT FOUND THEN RAISE EXCEPTION 'the application is not approved' USING ERRCODE = 'MF010', CONSTRAINT = 'application_not_approved'; END IF;
END $$;

CREATE FUNCTION cfg.application_remove(id bigint, who uuid, why text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE cfg.recruit_applications SET status = 'removed', removed_by = who, removed_at = flow.now(), reason = why
   WHERE tid = id AND status IN ('approved', 'finalised');
  IF NOT FOUND THEN RAISE EXCEPTION 'not a member by an application' USING ERRCODE = 'MF010', CONSTRAINT = 'application_not_approved'; END IF;
END $$;

-- The ticket whose application tells most about a member: the newest that made them one, else the newest.
CREATE FUNCTION cfg.applicant_ticket(guild bigint, hmac bytea) RETURNS bigint STABLE LANGUAGE sql AS $$
  SELECT t.tid FROM flow.identity i
    JOIN cfg.tickets t ON t.opener_pid = i.pid AND t.kind = 'recruitment'
    JOIN cfg.recruit_applications a ON a.tid = t.tid
   WHERE i.guild_id = guild AND i.id_hmac = hmac
   ORDER BY a.status IN ('approved', 'finalised') DESC, t.tid DESC LIMIT 1
$$;

-- ---- the clock of a zone ----------------------------------------------------------------------------------------------------

-- Seconds east of Greenwich of a zone's clocks at a moment (epoch seconds).
CREATE FUNCTION cfg.zone_offset(zone text, at bigint) RETURNS integer STABLE LANGUAGE sql AS
$$ SELECT extract(epoch FROM (to_timestamp(at) AT TIME ZONE zone) - (to_timestamp(at) AT TIME ZONE 'UTC'))::integer $$;

-- How the clocks of a zone are turned around a moment: [[from when, seconds east of Greenwich], …], the first element at the beginning of
-- the span, which must be too short for two turns. NULL: PostgreSQL does not know the zone (any more).
CREATE FUNCTION cfg.zone_offsets(zone text, at timestamptz, around interval) RETURNS jsonb STABLE LANGUAGE plpgsql AS $$
DECLARE lo bigint := extract(epoch FROM at - around); hi bigint := extract(epoch FROM at + around);
        first bigint := lo; mid bigint; before integer; after integer;
BEGIN
  before := cfg.zone_offset(zone, lo);
  after := cfg.zone_offset(zone, hi);
  IF before = after THEN RETURN jsonb_build_array(jsonb_build_array(first, before)); END IF;
  WHILE hi - lo > 1 LOOP
    mid := (lo + hi) / 2;
    IF cfg.zone_offset(zone, mid) = before THEN lo := mid; ELSE hi := mid; END IF;
  END LOOP;
  RETURN jsonb_build_array(jsonb_build_array(first, before), jsonb_build_array(hi, after));
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN NULL;
END $$;
