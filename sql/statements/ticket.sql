-- Tickets. What gives a ticket gives the columns of cfg.ticket_read in their order.

-- name: ticket_by_id
-- Of this guild only: a number in a control proves nothing.
SELECT tid, guild_id, guild_no, kind, state, opener_pid, opener_sealed, channel_id, message_id, question_sealed, opened_usec,
       closed_usec, closed_by, closer_sealed, outcome, open_flow, repairs, opener_locale
  FROM cfg.ticket_read WHERE tid = $2 AND guild_id = $1;

-- name: ticket_by_flow
-- The one that this flow made.
SELECT tid, guild_id, guild_no, kind, state, opener_pid, opener_sealed, channel_id, message_id, question_sealed, opened_usec,
       closed_usec, closed_by, closer_sealed, outcome, open_flow, repairs, opener_locale
  FROM cfg.ticket_read WHERE open_flow = $2 AND guild_id = $1;

-- name: ticket_by_channel
-- The live one that owns this channel.
SELECT tid, guild_id, guild_no, kind, state, opener_pid, opener_sealed, channel_id, message_id, question_sealed, opened_usec,
       closed_usec, closed_by, closer_sealed, outcome, open_flow, repairs, opener_locale
  FROM cfg.ticket_read WHERE channel_id = $2 AND guild_id = $1 AND state IN ('opening', 'open', 'closing');

-- name: ticket_of_member
-- The live one of a member ($2: what finds the identity).
SELECT tid, guild_id, guild_no, kind, state, opener_pid, opener_sealed, channel_id, message_id, question_sealed, opened_usec,
       closed_usec, closed_by, closer_sealed, outcome, open_flow, repairs, opener_locale
  FROM cfg.ticket_read
 WHERE guild_id = $1 AND kind = $3 AND state IN ('opening', 'open', 'closing')
   AND opener_pid = (SELECT i.pid FROM flow.identity i WHERE i.guild_id = $1 AND i.id_hmac = $2);

-- name: live_tickets
-- For the sweeper.
SELECT tid, guild_id, guild_no, kind, state, opener_pid, opener_sealed, channel_id, message_id, question_sealed, opened_usec,
       closed_usec, closed_by, closer_sealed, outcome, open_flow, repairs, opener_locale
  FROM cfg.ticket_read
 WHERE guild_id = $1 AND state IN ('opening', 'open', 'closing') AND channel_id IS NOT NULL ORDER BY tid;

-- name: ticket_reserve
-- The guild's next number, a row in state opening.
SELECT cfg.ticket_reserve($1, $2, $3, $4, $5, $6::integer * interval '1 second', $7);

-- name: ticket_opener_locale
-- What its opener reads, for direct messages.
UPDATE cfg.tickets SET opener_locale = $2 WHERE open_flow = $1 AND char_length($2) BETWEEN 2 AND 16;

-- name: ticket_channel
-- The channel exists.
UPDATE cfg.tickets SET channel_id = $2 WHERE open_flow = $1 AND state = 'opening';

-- name: ticket_opened
-- The first message stands: open.
UPDATE cfg.tickets SET state = 'open', message_id = $2, opened_at = flow.now() WHERE open_flow = $1 AND state = 'opening';

-- name: ticket_message
-- The ticket's one message was posted again.
UPDATE cfg.tickets SET message_id = $2 WHERE tid = $1;

-- name: ticket_failed
-- It could not be opened and everything was taken back.
UPDATE cfg.tickets SET state = 'failed', outcome = $2, question_sealed = NULL, closed_at = flow.now()
 WHERE open_flow = $1 AND state IN ('opening', 'open');

-- name: ticket_closing
-- The first who closes wins.
SELECT cfg.ticket_closing($1, $2, $3);

-- name: ticket_reopened
-- Closing was taken back.
UPDATE cfg.tickets SET state = 'open', closed_by = NULL, outcome = NULL, blocked_on = NULL WHERE tid = $1 AND state = 'closing';

-- name: ticket_closed
-- Over: nothing that was written in it stays.
UPDATE cfg.tickets SET state = 'closed', closed_at = flow.now(), question_sealed = NULL, blocked_on = NULL
 WHERE tid = $1 AND state = 'closing';

-- name: ticket_blocked
-- What stands in its way.
UPDATE cfg.tickets SET blocked_on = $2 WHERE tid = $1 AND state = 'closing';

-- name: ticket_vanished
-- The channel is gone, and not at our hand, unless it was being closed: then it keeps the outcome it was closed with.
UPDATE cfg.tickets SET state = 'closed', closed_at = flow.now(), question_sealed = NULL, blocked_on = NULL,
       outcome = CASE WHEN state = 'closing' THEN outcome ELSE 'deleted by hand' END
 WHERE tid = $1 AND state IN ('opening', 'open', 'closing');

-- name: ticket_rebuild
-- Of which only the channel told.
SELECT cfg.ticket_rebuild($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::bigint / 1000000.0), $9, $10, $11, $12, $13);

-- name: ticket_edits_forget
-- The channel of this ticket is gone, and with it every message in it.
DELETE FROM flow.edit WHERE channel_id = (SELECT channel_id FROM cfg.tickets WHERE tid = $1 AND state = 'closed');
