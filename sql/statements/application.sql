-- Applications: what happens to one. All of them are told the ticket.

-- name: application_open
-- Made with its ticket, by the flow that reserved that.
INSERT INTO cfg.recruit_applications (tid)
SELECT tid FROM cfg.tickets WHERE open_flow = $1 AND kind = 'recruitment'
ON CONFLICT DO NOTHING;

-- name: ticket_of_applicant
-- The ticket of the application that tells most about a member ($2: what finds the identity).
SELECT tid, guild_id, guild_no, kind, state, opener_pid, opener_sealed, channel_id, message_id, question_sealed, opened_usec,
       closed_usec, closed_by, closer_sealed, outcome, open_flow, repairs, opener_locale
  FROM cfg.ticket_read WHERE guild_id = $1 AND tid = cfg.applicant_ticket($1, $2);

-- name: live_applications
-- For the sweeper: what it compares with Discord of applications whose ticket is open.
SELECT a.tid, a.app_id, a.role, a.zone, a.has_left
  FROM cfg.recruit_applications a JOIN cfg.tickets t ON t.tid = a.tid
 WHERE t.guild_id = $1 AND t.state = 'open' ORDER BY a.tid;

-- name: same_citizen
-- Others that name the same handle ($3) or citizen's record ($4) as ticket $2, and are live or made somebody a member.
SELECT r.tid, r.guild_id, r.guild_no, r.kind, r.state, r.opener_pid, r.opener_sealed, r.channel_id, r.message_id, r.question_sealed,
       r.opened_usec, r.closed_usec, r.closed_by, r.closer_sealed, r.outcome, r.open_flow, r.repairs
  FROM cfg.recruit_applications a JOIN cfg.ticket_read r ON r.tid = a.tid
 WHERE r.guild_id = $1 AND a.tid <> $2 AND (lower(a.handle) = lower($3) OR a.rsi_record = $4)
   AND (r.state IN ('opening', 'open', 'closing') OR a.status IN ('approved', 'finalised'))
 ORDER BY r.tid LIMIT 16;

-- name: application_step1
-- Step 1 is in, or was mended.
SELECT cfg.application_step1($1, $2, $3, $4, $5, $6, $7);

-- name: application_step1_draft
-- Until it succeeds.
UPDATE cfg.recruit_applications SET step1_draft = $2 WHERE tid = $1;

-- name: application_qna_draft
-- Pages that are answered already.
UPDATE cfg.recruit_applications SET qna_draft = $2 WHERE tid = $1;

-- name: application_qna
-- Answers are in.
SELECT cfg.application_qna($1, $2::jsonb);

-- name: application_qna_reopen
-- They are asked for again.
SELECT cfg.application_qna_reopen($1);

-- name: application_decide
-- The first wins.
SELECT cfg.application_decide($1, $2, $3, $4, $5, $6);

-- name: application_undecide
-- To what it was before.
UPDATE cfg.recruit_applications
   SET status = CASE WHEN answers IS NULL THEN 'pending' ELSE 'qna_received' END, decided_by = NULL, decided_at = NULL, reason = NULL,
       access_mode = NULL, granted_role = NULL
 WHERE tid = $1 AND status IN ('approved', 'declined');

-- name: application_finalise
-- The first wins.
SELECT cfg.application_finalise($1, $2);

-- name: application_unfinalise
-- To what it was before.
UPDATE cfg.recruit_applications SET status = 'approved', finalised_by = NULL, finalised_at = NULL WHERE tid = $1 AND status = 'finalised';

-- name: application_remove
-- The first wins.
SELECT cfg.application_remove($1, $2, $3);

-- name: application_closed_undecided
-- Only where nobody decided.
UPDATE cfg.recruit_applications SET closed_undecided = true WHERE tid = $1 AND status IN ('draft', 'pending', 'qna_received');

-- name: application_reopened
-- Closing was taken back.
UPDATE cfg.recruit_applications SET closed_undecided = false WHERE tid = $1;

-- name: application_over
-- Nobody will write in that ticket any more.
UPDATE cfg.recruit_applications SET step1_draft = NULL, qna_draft = NULL, qna_open = false WHERE tid = $1;

-- name: forget_drafts
-- The same for tickets that ended in another way, e.g. at the hand of somebody who deleted the channel.
WITH x AS (
  SELECT a.tid FROM cfg.recruit_applications a JOIN cfg.tickets t ON t.tid = a.tid
   WHERE (a.step1_draft IS NOT NULL OR a.qna_draft IS NOT NULL) AND t.state IN ('closed', 'failed')
   ORDER BY a.tid LIMIT 1000 FOR UPDATE OF a SKIP LOCKED)
UPDATE cfg.recruit_applications a SET step1_draft = NULL, qna_draft = NULL, qna_open = false FROM x WHERE a.tid = x.tid;

-- name: application_record
-- Where its permanent record is.
UPDATE cfg.recruit_applications SET record_channel = $2, record_message = $3 WHERE tid = $1;

-- name: application_rsi
-- What the site said of this handle; $4 NULL: it did not say.
UPDATE cfg.recruit_applications SET rsi = $3::jsonb, rsi_record = coalesce($4, rsi_record) WHERE tid = $1 AND lower(handle) = lower($2);

-- name: application_restore
-- What its record still tells.
UPDATE cfg.recruit_applications
   SET area = coalesce(area, left($2, 100)), handle = coalesce(handle, left($3, 60)), notes = coalesce(notes, left($4, 4000))
 WHERE tid = $1;

-- name: application_left
-- Left the guild, or is back.
UPDATE cfg.recruit_applications SET has_left = $2 WHERE tid = $1;
