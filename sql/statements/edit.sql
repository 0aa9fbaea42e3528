-- The editor's table: what a message should say, and what it says.

-- name: want
-- $5 microseconds of quiet, $6 at most since the first unwritten wish. A message known to be gone is left alone.
INSERT INTO flow.edit AS e (channel_id, message_id, guild_id, want, due_at)
VALUES ($1, $2, $3, $4, flow.now() + $5::bigint * interval '1 microsecond')
ON CONFLICT (channel_id, message_id) DO UPDATE
   SET want = excluded.want, want_ver = e.want_ver + 1,
       first_want_at = CASE WHEN e.want_ver = e.have_ver THEN flow.now() ELSE e.first_want_at END,
       due_at = least(CASE WHEN e.want_ver = e.have_ver THEN flow.now() ELSE e.first_want_at END + $6::bigint * interval '1 microsecond',
                      excluded.due_at)
 WHERE e.state <> 'gone';

-- name: edit_overwritten
-- Somebody has changed by hand what we wrote: wanting the same again has to write it again. Of a wish under way nothing is known yet.
UPDATE flow.edit SET have_hash = NULL WHERE channel_id = $1 AND message_id = $2 AND want_ver = have_ver;

-- name: edit_take
-- A committed lease: no transaction stays open while a request runs.
WITH c AS (
  SELECT channel_id, message_id FROM flow.edit
   WHERE want_ver > have_ver AND state = 'live' AND due_at <= flow.now() AND (lease_until IS NULL OR lease_until < flow.now())
   ORDER BY due_at LIMIT $2::integer FOR UPDATE SKIP LOCKED)
UPDATE flow.edit e SET lease_owner = $1, lease_epoch = e.lease_epoch + 1, lease_until = flow.now() + interval '30 s'
  FROM c WHERE (e.channel_id, e.message_id) = (c.channel_id, c.message_id)
RETURNING e.channel_id, e.message_id, e.guild_id, e.want, e.want_ver, e.have_ver, e.lease_epoch, e.have_hash, e.fails;

-- name: edit_next_due
-- Microseconds until something is due, no row when nothing waits.
SELECT greatest(0, flow.usec(min(greatest(due_at, coalesce(lease_until, due_at)))) - flow.usec(flow.now()))
  FROM flow.edit WHERE want_ver > have_ver AND state = 'live'
HAVING count(*) > 0;

-- name: edit_done
-- $3 epoch, $4 the version that was written, $5 its hash. A newer wish stays, and waits $6 microseconds of quiet as if it were the first:
-- one that had waited for longest already would otherwise be written without a pause, again and again.
UPDATE flow.edit
   SET have_ver = greatest(have_ver, $4), have_hash = $5, want = CASE WHEN want_ver = $4 THEN NULL ELSE want END, fails = 0, error = NULL,
       first_want_at = CASE WHEN want_ver > $4 THEN flow.now() ELSE first_want_at END,
       due_at = CASE WHEN want_ver > $4 THEN greatest(due_at, flow.now() + $6::bigint * interval '1 microsecond') ELSE due_at END,
       lease_owner = NULL, lease_until = NULL
 WHERE channel_id = $1 AND message_id = $2 AND lease_epoch = $3 AND lease_until IS NOT NULL;

-- name: edit_later
-- Not now; again in $4 microseconds.
UPDATE flow.edit
   SET due_at = flow.now() + $4::bigint * interval '1 microsecond', fails = least(fails + 1, 32767), error = $5,
       lease_owner = NULL, lease_until = NULL
 WHERE channel_id = $1 AND message_id = $2 AND lease_epoch = $3 AND lease_until IS NOT NULL;

-- name: edit_end
-- $4 'gone': nothing will ever be written there. 'blocked': the wish is kept until somebody mends the permission.
UPDATE flow.edit
   SET state = $4, error = $5, want = CASE $4 WHEN 'gone' THEN NULL ELSE want END, lease_owner = NULL, lease_until = NULL
 WHERE channel_id = $1 AND message_id = $2 AND lease_epoch = $3 AND lease_until IS NOT NULL;

-- name: edit_state
-- For a flow that waits until its wish is written.
SELECT want_ver, have_ver, state FROM flow.edit WHERE channel_id = $1 AND message_id = $2;

-- name: edit_unblock
-- What was last wanted or tried more than $1 microseconds ago may be allowed by now.
UPDATE flow.edit SET state = 'live', due_at = flow.now() WHERE state = 'blocked' AND due_at < flow.now() - $1::bigint * interval '1 microsecond';

-- name: edit_release_owner
-- The editor that held these is dead.
UPDATE flow.edit SET lease_owner = NULL, lease_until = NULL WHERE lease_until IS NOT NULL AND lease_owner = $1;

-- name: edit_release_prefix
-- Everything an earlier life on this machine still holds, but not what $2 holds.
UPDATE flow.edit SET lease_owner = NULL, lease_until = NULL
 WHERE lease_until IS NOT NULL AND starts_with(lease_owner, $1) AND lease_owner <> $2;

-- name: forget_edits
-- Messages gone for a month.
WITH x AS (
  SELECT channel_id, message_id FROM flow.edit WHERE state = 'gone' AND due_at < flow.now() - interval '30 days'
   LIMIT 1000 FOR UPDATE SKIP LOCKED)
DELETE FROM flow.edit e USING x WHERE (e.channel_id, e.message_id) = (x.channel_id, x.message_id);
