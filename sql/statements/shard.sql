-- Gateway sessions: who holds which shard, and where its sequence stands.

-- name: shard_new
-- The first time ever.
INSERT INTO flow.shard (shard_id, shard_count) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: shard_take
-- A free shard, or that of our own dead self ($4: a prefix of its owner's name, NULL when we cannot know that it is dead).
-- A session made under another number of shards cannot be resumed.
UPDATE flow.shard
   SET owner = $3, epoch = epoch + 1, lease_until = flow.now() + interval '15 s', shard_count = $2,
       session_id = CASE WHEN shard_count = $2 THEN session_id END, resume_url = CASE WHEN shard_count = $2 THEN resume_url END,
       seq = CASE WHEN shard_count = $2 THEN seq END
 WHERE shard_id = $1 AND (lease_until IS NULL OR lease_until < flow.now() OR starts_with(owner, $4))
RETURNING epoch, session_id, resume_url, seq;

-- name: shard_save
-- Saves the session and renews the lease; no row changes when somebody else has taken the shard.
UPDATE flow.shard
   SET session_id = $3, resume_url = $4, seq = $5, saved_at = flow.now(), lease_until = flow.now() + interval '15 s'
 WHERE shard_id = $1 AND epoch = $2;

-- name: identify_take
-- One IDENTIFY from the budget: 0, or microseconds to wait.
SELECT flow.identify_take($1, $2);
