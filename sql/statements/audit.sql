-- Who did what.

-- name: audit
-- Once per flow, step and action, however often the checkpoint is tried.
INSERT INTO flow.audit (flow_id, step_no, guild_id, action, actor_pid, subject, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (flow_id, step_no, action) DO NOTHING;

-- name: audit_seal
-- The next block, if there is one to seal.
SELECT o_no, o_rows, o_chain FROM flow.audit_seal();

-- name: audit_state
-- How many blocks there are, the newest seal, and the first one that does not fit the seal before it.
SELECT count(*), encode((SELECT s.chain FROM flow.audit_seal s ORDER BY s.seal_no DESC LIMIT 1), 'hex'), flow.audit_broken(0) FROM flow.audit_seal;

-- name: audit_check
-- Rows against their seals, behind block $1 as far as 200,000 rows go, which takes a second: the last block that was looked at (NULL: there
-- are no more), and the first one that does not fit.
WITH s AS (SELECT seal_no, first_id, last_id, n_rows, digest, sum(n_rows) OVER (ORDER BY seal_no) AS so_far
             FROM flow.audit_seal WHERE seal_no > $1 ORDER BY seal_no LIMIT 10000)
SELECT max(s.seal_no),
       min(s.seal_no) FILTER (WHERE (SELECT (x.n, x.digest) IS DISTINCT FROM (s.n_rows, s.digest) FROM flow.audit_digest(s.first_id, s.last_id) x))
  FROM s WHERE s.so_far <= 200000 OR s.seal_no = $1 + 1;

-- name: audit_after
-- From the beginning: behind number $2, since $3 (microseconds), in guild $1 or in all.
SELECT audit_id, flow_id, guild_id, action, actor_pid, actor_sealed, subject, at_usec, detail FROM flow.audit_read
 WHERE audit_id > $2 AND ($1::bigint IS NULL OR guild_id = $1) AND at_usec >= $3 ORDER BY audit_id LIMIT $4::integer;

-- name: audit_of_guild
-- The newest first.
SELECT audit_id, flow_id, guild_id, action, actor_pid, actor_sealed, subject, at_usec, detail FROM flow.audit_read
 WHERE guild_id = $1 ORDER BY audit_id DESC LIMIT $2::integer;

-- name: audit_of_ticket
-- About the guild's ticket of that number ($2); the flow that opened it was not yet about it.
SELECT r.audit_id, r.flow_id, r.guild_id, r.action, r.actor_pid, r.actor_sealed, r.subject, r.at_usec, r.detail
  FROM cfg.tickets t JOIN flow.audit_read r ON r.guild_id = t.guild_id AND (r.subject = 'ticket:' || t.tid OR r.flow_id = t.open_flow)
 WHERE t.guild_id = $1 AND t.guild_no = $2::bigint ORDER BY r.audit_id DESC LIMIT $3::integer;

-- name: audit_of_member
-- What the person that $2 finds did, and what was done with their tickets.
WITH who AS (SELECT i.pid FROM flow.identity i WHERE i.guild_id = $1 AND i.id_hmac = $2),
     found AS (SELECT a.audit_id FROM flow.audit a JOIN who ON a.actor_pid = who.pid
               UNION
               SELECT a.audit_id FROM who JOIN cfg.tickets t ON t.opener_pid = who.pid
                 JOIN flow.audit a ON a.guild_id = t.guild_id AND a.subject = 'ticket:' || t.tid)
SELECT r.audit_id, r.flow_id, r.guild_id, r.action, r.actor_pid, r.actor_sealed, r.subject, r.at_usec, r.detail
  FROM flow.audit_read r WHERE r.audit_id IN (SELECT f.audit_id FROM found f ORDER BY f.audit_id DESC LIMIT $3::integer) ORDER BY r.audit_id DESC;
