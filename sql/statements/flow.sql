-- Flows: accepted, claimed, stepped, finished, looked after. Columns of a flow are the same, in the same order, in every
-- statement that gives one: claim, claim_one, flow_read, dead_untold.

-- name: accept
-- One click becomes one row, with its person, before anything is answered.
SELECT o_flow, o_actor, o_fresh, o_waiting
  FROM flow.accept($1, $2, $3, $4, $5, $6, $7, $8, $9::integer * interval '1 second');

-- name: claim
-- Up to $5 flows. A subject with an earlier unfinished flow, or any running one, is left alone, so one subject cannot stall the others.
WITH c AS (
  SELECT f.flow_id FROM flow.flow f
   WHERE f.state = 'ready' AND f.run_at <= flow.now()
     AND f.crashes BETWEEN $2 AND $3
     AND f.code_ver <= $4
     AND NOT EXISTS (SELECT 1 FROM flow.flow o
                      WHERE o.subject = f.subject AND o.finished_at IS NULL AND o.flow_id <> f.flow_id
                        AND (o.flow_id < f.flow_id OR o.state = 'running'))
   ORDER BY f.priority, f.run_at, f.flow_id LIMIT $5::integer FOR UPDATE SKIP LOCKED)
UPDATE flow.flow f
   SET state = 'running', lease_owner = $1, lease_epoch = f.lease_epoch + 1, lease_until = flow.now() + interval '30 s'
  FROM c WHERE f.flow_id = c.flow_id
RETURNING f.flow_id, f.kind, f.code_ver, f.guild_id, f.subject, f.actor_pid,
          (SELECT i.id_sealed FROM flow.identity i WHERE i.pid = f.actor_pid), f.args, f.undo, f.next_step, f.attempt, f.crashes,
          f.lease_epoch, flow.usec(f.created_at), flow.usec(f.deadline), f.last_error;

-- name: claim_one
-- The same for the flow that was just accepted.
WITH c AS (
  SELECT f.flow_id FROM flow.flow f
   WHERE f.flow_id = $5 AND f.state = 'ready' AND f.run_at <= flow.now()
     AND f.crashes BETWEEN $2 AND $3
     AND f.code_ver <= $4
     AND NOT EXISTS (SELECT 1 FROM flow.flow o
                      WHERE o.subject = f.subject AND o.finished_at IS NULL AND o.flow_id <> f.flow_id
                        AND (o.flow_id < f.flow_id OR o.state = 'running'))
   FOR UPDATE SKIP LOCKED)
UPDATE flow.flow f
   SET state = 'running', lease_owner = $1, lease_epoch = f.lease_epoch + 1, lease_until = flow.now() + interval '30 s'
  FROM c WHERE f.flow_id = c.flow_id
RETURNING f.flow_id, f.kind, f.code_ver, f.guild_id, f.subject, f.actor_pid,
          (SELECT i.id_sealed FROM flow.identity i WHERE i.pid = f.actor_pid), f.args, f.undo, f.next_step, f.attempt, f.crashes,
          f.lease_epoch, flow.usec(f.created_at), flow.usec(f.deadline), f.last_error;

-- name: flow_read
-- Where a flow stands.
SELECT f.flow_id, f.kind, f.code_ver, f.guild_id, f.subject, f.actor_pid,
       (SELECT i.id_sealed FROM flow.identity i WHERE i.pid = f.actor_pid), f.args, f.undo, f.next_step, f.attempt, f.crashes,
       f.lease_epoch, flow.usec(f.created_at), flow.usec(f.deadline), f.last_error
  FROM flow.flow f WHERE f.flow_id = $1;

-- name: steps
-- What a flow has done and begun.
SELECT step_no, op, state, marker, sends, flow.usec(first_at), flow.usec(last_at), result
  FROM flow.step WHERE flow_id = $1 ORDER BY step_no;

-- name: intent
-- Written before the effect; a second one counts the sends. No row: the lease is lost, or the step is not what the code thinks.
-- The CTE sees the row as it was, so previous_at is the send before this one.
WITH own AS (
  SELECT flow_id FROM flow.flow
   WHERE flow_id = $1 AND lease_epoch = $2 AND state = 'running' AND next_step = $3 FOR UPDATE),
previous AS (SELECT last_at FROM flow.step WHERE flow_id = $1 AND step_no = $3)
INSERT INTO flow.step AS s (flow_id, step_no, op, state, marker, epoch)
SELECT flow_id, $3, $4, 'intent', $5, $2 FROM own
ON CONFLICT (flow_id, step_no) DO UPDATE SET sends = least(s.sends + 1, 32767), last_at = flow.now(), epoch = excluded.epoch
  WHERE s.state = 'intent' AND s.op = excluded.op
RETURNING s.sends, flow.usec(s.first_at), flow.usec(coalesce((SELECT p.last_at FROM previous p), s.last_at)), s.marker, s.result;

-- name: checkpoint
-- Step done, on to the next.
SELECT flow.checkpoint($1, $2, $3, $4, $5);

-- name: again
-- The same step once more, with a cursor.
SELECT flow.again($1, $2, $3, $4);

-- name: turn
-- Walk back from here.
SELECT flow.turn($1, $2, $3, $4);

-- name: undone
-- One step was taken back.
SELECT flow.undone($1, $2, $3, $4);

-- name: finish
-- The flow is over.
SELECT flow.finish($1, $2, $3, $4);

-- name: later
-- Give it back for $5 microseconds.
SELECT flow.later($1, $2, $3, $4, $5::bigint * interval '1 microsecond');

-- name: no_deadline
-- There is no way back from here: it is tried until done.
UPDATE flow.flow SET deadline = NULL WHERE flow_id = $1;

-- name: renew
-- All flows in flight of one process; the ones given back are still ours.
UPDATE flow.flow SET lease_until = flow.now() + interval '30 s'
 WHERE lease_owner = $1 AND state = 'running' AND flow_id = ANY($2::bigint[])
RETURNING flow_id;

-- name: reap_owner
-- While a flow walks back, last_error is the reason that its person will be told; no statement here overwrites it.
-- A process is dead. $3 is the flow whose code ran when it died by its own fault; the third time parks that flow.
WITH g AS (
  SELECT flow_id, (flow_id IS NOT DISTINCT FROM $3)::integer AS n FROM flow.flow
   WHERE state = 'running' AND lease_owner = $1 FOR UPDATE)
UPDATE flow.flow f
   SET lease_owner = NULL, lease_until = NULL, last_error = CASE WHEN f.undo THEN f.last_error ELSE $2 END, crashes = f.crashes + g.n,
       state = CASE WHEN g.n = 1 AND f.crashes + g.n >= 3 THEN 'dead' ELSE 'ready' END,
       finished_at = CASE WHEN g.n = 1 AND f.crashes + g.n >= 3 THEN flow.now() END
  FROM g WHERE f.flow_id = g.flow_id
RETURNING f.flow_id, f.state = 'dead';

-- name: reap_prefix
-- Everything an earlier life on this machine still holds, but not what $2 holds; nobody is to blame.
UPDATE flow.flow SET state = 'ready', lease_owner = NULL, lease_until = NULL,
       last_error = CASE WHEN undo THEN last_error ELSE 'owner is gone' END
 WHERE state = 'running' AND starts_with(lease_owner, $1) AND lease_owner <> $2
RETURNING flow_id, false;

-- name: reap_old
-- The owner's host vanished: nobody's fault, never 'dead'.
WITH x AS (
  SELECT flow_id FROM flow.flow WHERE state = 'running' AND lease_until < flow.now() - interval '10 s'
   ORDER BY lease_until LIMIT 50 FOR UPDATE SKIP LOCKED)
UPDATE flow.flow f
   SET state = 'ready', lease_owner = NULL, lease_until = NULL, attempt = least(f.attempt + 1, 32767),
       last_error = CASE WHEN f.undo THEN f.last_error ELSE 'lease expired' END
  FROM x WHERE f.flow_id = x.flow_id
RETURNING f.flow_id, false;

-- name: expire
-- A person waited in vain: walk back, even over nothing, so that the last words are said before the flow ends.
WITH x AS (
  SELECT flow_id FROM flow.flow WHERE state = 'ready' AND deadline < flow.now()
   ORDER BY deadline LIMIT 50 FOR UPDATE SKIP LOCKED)
UPDATE flow.flow f SET undo = true, deadline = NULL, run_at = flow.now(), attempt = 0, last_error = 'deadline'
  FROM x WHERE f.flow_id = x.flow_id
RETURNING f.flow_id;

-- name: wake_blocked
-- Flows of a guild that wait for a permission ("forbidden" is the engine's word for it).
UPDATE flow.flow SET run_at = flow.now()
 WHERE guild_id = $1 AND state = 'ready' AND NOT undo AND last_error = 'forbidden' AND run_at > flow.now()
RETURNING flow_id;

-- name: dead_untold
-- Dead flows whose person still waits for a word.
SELECT f.flow_id, f.kind, f.code_ver, f.guild_id, f.subject, f.actor_pid,
       (SELECT i.id_sealed FROM flow.identity i WHERE i.pid = f.actor_pid), f.args, f.undo, f.next_step, f.attempt, f.crashes,
       f.lease_epoch, flow.usec(f.created_at), flow.usec(f.deadline), f.last_error
  FROM flow.flow f WHERE f.state = 'dead' AND f.told_at IS NULL ORDER BY f.flow_id LIMIT $1::integer;

-- name: told
-- They were told.
UPDATE flow.flow SET told_at = flow.now() WHERE flow_id = $1 AND state = 'dead';

-- name: requeue
-- An operator's second chance for a dead flow; nobody waits for it any more, so it has no deadline. One that only waits for its next try
-- is tried now.
UPDATE flow.flow
   SET state = 'ready', finished_at = NULL, told_at = NULL, deadline = CASE state WHEN 'ready' THEN deadline END, attempt = 0, crashes = 0,
       run_at = flow.now()
 WHERE flow_id = $1 AND (state = 'dead' AND args <> '' OR state = 'ready' AND run_at > flow.now());

-- name: repair_tickets
-- Tickets on their way somewhere that no flow works on. Five repairs follow each other at once, then one an hour.
WITH t AS (
  SELECT t.tid, t.guild_id, t.repairs FROM cfg.tickets t
   WHERE t.state IN ('opening', 'closing')
     AND NOT EXISTS (SELECT 1 FROM flow.flow f WHERE f.flow_id = t.open_flow AND f.finished_at IS NULL)
     AND NOT EXISTS (SELECT 1 FROM flow.flow f WHERE f.subject = 'ticket:' || t.tid AND f.finished_at IS NULL)
     AND (t.repairs < 5 OR NOT EXISTS (SELECT 1 FROM flow.flow f WHERE f.idem_key = 'tmr:repair:' || t.tid || ':' || (t.repairs - 1)
                                          AND f.created_at > flow.now() - interval '1 hour'))
   ORDER BY t.tid LIMIT 50 FOR UPDATE SKIP LOCKED),
n AS (UPDATE cfg.tickets SET repairs = cfg.tickets.repairs + 1 FROM t WHERE cfg.tickets.tid = t.tid)
INSERT INTO flow.flow (idem_key, kind, code_ver, guild_id, subject, args)
SELECT 'tmr:repair:' || t.tid || ':' || t.repairs, $1, $2, t.guild_id, 'ticket:' || t.tid, '' FROM t
ON CONFLICT (idem_key) DO NOTHING
RETURNING flow_id;

-- name: refresh_rsi
-- Applications under way of which RSI could not tell anything: asked again once a quarter of an hour, and after two hours once an hour. Ten at
-- a time, for people who apply are looked up at the same site; and drawn by lot, so that those of whom it will never tell stand in nobody's way.
INSERT INTO flow.flow (idem_key, kind, code_ver, guild_id, subject, args)
SELECT n.key, $1, $2, n.guild_id, 'ticket:' || n.tid, ''
  FROM (SELECT 'tmr:rsi:' || a.tid || ':' || floor(extract(epoch FROM flow.now()) /
                 CASE WHEN a.created_at > flow.now() - interval '2 hours' THEN 900 ELSE 3600 END)::bigint AS key, a.tid, t.guild_id
          FROM cfg.recruit_applications a JOIN cfg.tickets t ON t.tid = a.tid
         WHERE t.state = 'open' AND a.status IN ('pending', 'qna_received', 'approved') AND a.handle IS NOT NULL
           AND coalesce(a.rsi ->> 'result', 'unknown') = 'unknown') n
 WHERE NOT EXISTS (SELECT 1 FROM flow.flow f WHERE f.idem_key = n.key)
   AND NOT EXISTS (SELECT 1 FROM flow.flow f WHERE f.subject = 'ticket:' || n.tid AND f.finished_at IS NULL)
 ORDER BY random() LIMIT 10
ON CONFLICT (idem_key) DO NOTHING
RETURNING flow_id;

-- name: forget_flows
-- Thirty days after its end a flow has told all it could.
WITH x AS (
  SELECT flow_id FROM flow.flow WHERE finished_at < flow.now() - interval '30 days'
   ORDER BY finished_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
DELETE FROM flow.flow f USING x WHERE f.flow_id = x.flow_id;

-- name: forget_args
-- What was asked by a flow that died is kept for a week after its person was told.
WITH x AS (
  SELECT flow_id FROM flow.flow WHERE state = 'dead' AND told_at < flow.now() - interval '7 days' AND args <> ''
   LIMIT 1000 FOR UPDATE SKIP LOCKED)
UPDATE flow.flow f SET args = '' FROM x WHERE f.flow_id = x.flow_id;

-- name: queue_state
-- For status and readiness.
SELECT (SELECT count(*) FROM flow.flow WHERE state = 'ready'),
       (SELECT count(*) FROM flow.flow WHERE state = 'running'),
       (SELECT count(*) FROM flow.flow WHERE state = 'dead'),
       (SELECT count(*) FROM flow.flow WHERE state = 'ready' AND crashes >= 2 AND run_at <= flow.now()),
       (SELECT flow.usec(flow.now()) - flow.usec(min(run_at)) FROM flow.flow WHERE state = 'ready' AND run_at <= flow.now()),
       (SELECT max(version) FROM flow.schema_migrations);

-- name: flows_listed
-- For the operator: what is not done, first what was given up.
SELECT flow_id, kind, guild_id, state, attempt, crashes, flow.usec(flow.now()) - flow.usec(created_at),
       CASE state WHEN 'ready' THEN greatest(flow.usec(run_at) - flow.usec(flow.now()), 0) ELSE 0 END, last_error
  FROM flow.flow
 WHERE finished_at IS NULL OR state = 'dead'
 ORDER BY state <> 'dead', flow_id
 LIMIT 100;

-- name: kv_get
-- One of the few facts about the installation as a whole.
SELECT value FROM flow.kv WHERE key = $1;

-- name: kv_put
-- The same, written.
INSERT INTO flow.kv (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: flow_add
-- One flow starts another, within its checkpoint. What has this key already is what was wanted.
INSERT INTO flow.flow (idem_key, kind, code_ver, guild_id, subject, args) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (idem_key) DO NOTHING;

-- name: scrub
-- Nothing, at length, in both directions: what a connection's buffers held before is overwritten.
SELECT repeat(' ', $1::integer), octet_length($2);
