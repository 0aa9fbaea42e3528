-- The audit is sealed in blocks: each seal is made over the rows of its block and over the seal before it, so that nothing in a sealed block can
-- be changed, removed or slipped in without every later seal telling. The running program can have a block sealed, but write no seal itself.

CREATE TABLE flow.audit_seal (
  seal_no   bigint PRIMARY KEY,          -- 1, 2, 3, …
  first_id  bigint NOT NULL,             -- of the audit, every number belongs to a block
  last_id   bigint NOT NULL,
  n_rows    bigint NOT NULL,             -- numbers that were given back leave gaps
  digest    bytea  NOT NULL,             -- of the rows
  chain     bytea  NOT NULL,             -- of the seal before, of these numbers and of the digest
  sealed_at timestamptz NOT NULL DEFAULT flow.now(),
  CHECK (first_id <= last_id));

CREATE INDEX audit_guild ON flow.audit (guild_id, audit_id);

-- An action with what leads to its person, and times as the program wants them.
CREATE VIEW flow.audit_read AS
SELECT a.audit_id, a.flow_id, a.guild_id, a.action, a.actor_pid, i.id_sealed AS actor_sealed, a.subject, flow.usec(a.at) AS at_usec, a.detail
  FROM flow.audit a LEFT JOIN flow.identity i ON i.pid = a.actor_pid;

-- Rows as one text that does not depend on settings of the session: jsonb prints itself always in the same way.
CREATE FUNCTION flow.audit_digest(first bigint, last bigint, OUT n bigint, OUT digest bytea) STABLE LANGUAGE sql AS $$
  SELECT count(*), sha256(convert_to(coalesce(string_agg(
           jsonb_build_array(a.audit_id, a.flow_id, a.step_no, a.guild_id, a.action, a.actor_pid, a.subject, flow.usec(a.at), a.detail)::text,
           E'\n' ORDER BY a.audit_id), ''), 'UTF8'))
    FROM flow.audit a WHERE a.audit_id BETWEEN first AND last
$$;

CREATE FUNCTION flow.audit_chain(before bytea, no bigint, first bigint, last bigint, n bigint, digest bytea) RETURNS bytea IMMUTABLE LANGUAGE sql AS $$
  SELECT sha256(coalesce(before, ''::bytea) || convert_to(format('%s %s %s %s ', no, first, last, n), 'UTF8') || digest)
$$;

-- Seals what is older than ten minutes: no transaction lives so long (the program's sessions end theirs after five seconds), so nothing can
-- come to stand behind a number that was passed already. No row when there is nothing to seal.
CREATE FUNCTION flow.audit_seal() RETURNS TABLE (o_no bigint, o_rows bigint, o_chain text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE before flow.audit_seal; first bigint; last bigint; young bigint; n bigint; d bytea; c bytea;
BEGIN
  PERFORM pg_advisory_xact_lock(5570230202);
  SELECT * INTO before FROM flow.audit_seal s ORDER BY s.seal_no DESC LIMIT 1;
  first := coalesce(before.last_id, 0) + 1;
  SELECT max(a.audit_id), min(a.audit_id) FILTER (WHERE a.at > flow.now() - interval '10 minutes') INTO last, young
    FROM flow.audit a WHERE a.audit_id >= first;
  last := coalesce(young - 1, last);
  IF last IS NULL OR last < first THEN RETURN; END IF;

  SELECT x.n, x.digest INTO n, d FROM flow.audit_digest(first, last) x;
  o_no := coalesce(before.seal_no, 0) + 1;
  c := flow.audit_chain(before.chain, o_no, first, last, n, d);
  INSERT INTO flow.audit_seal (seal_no, first_id, last_id, n_rows, digest, chain) VALUES (o_no, first, last, n, d, c);
  o_rows := n;
  o_chain := encode(c, 'hex');
  RETURN NEXT;
END $$;

-- The first seal that does not fit, or NULL. All seals are compared with each other; rows with their seals in the newest blocks, as many as
-- have rows_max rows together (the newest always; NULL: all).
CREATE FUNCTION flow.audit_broken(rows_max bigint) RETURNS bigint STABLE LANGUAGE plpgsql AS $$
DECLARE s record; before flow.audit_seal;
BEGIN
  FOR s IN SELECT * FROM flow.audit_seal ORDER BY seal_no LOOP
    IF s.seal_no <> coalesce(before.seal_no, 0) + 1 OR s.first_id <> coalesce(before.last_id, 0) + 1
       OR s.chain <> flow.audit_chain(before.chain, s.seal_no, s.first_id, s.last_id, s.n_rows, s.digest) THEN RETURN s.seal_no; END IF;
    before := s;
  END LOOP;
  FOR s IN SELECT * FROM (SELECT *, sum(n_rows) OVER (ORDER BY seal_no DESC) AS n_so_far FROM flow.audit_seal) x
            WHERE rows_max IS NULL OR x.n_so_far <= greatest(rows_max, (SELECT n_rows FROM flow.audit_seal ORDER BY seal_no DESC LIMIT 1))
            ORDER BY x.seal_no LOOP
    IF (SELECT (x.n, x.digest) IS DISTINCT FROM (s.n_rows, s.digest) FROM flow.audit_digest(s.first_id, s.last_id) x) THEN RETURN s.seal_no; END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- Rights of the running program, as before, but of seals it may only read.
CREATE OR REPLACE FUNCTION flow.grant_runtime(r name) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  IF r = current_user OR NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = r) THEN RETURN false; END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA cfg, flow TO %I', r);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cfg, flow TO %I', r);
  EXECUTE format('REVOKE UPDATE, DELETE ON flow.audit FROM %I', r);
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON flow.schema_migrations, flow.installation, flow.audit_seal FROM %I', r);
  RETURN true;
END $$;
