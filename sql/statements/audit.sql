-- Who did what.

-- name: audit
-- Once per flow, step and action, however often the checkpoint is tried.
INSERT INTO flow.audit (flow_id, step_no, guild_id, action, actor_pid, subject, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (flow_id, step_no, action) DO NOTHING;
