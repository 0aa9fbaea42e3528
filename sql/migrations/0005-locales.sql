-- Which language is read where: what several read follows the guild's preferred locale, a direct message that of the ticket's opener, who is
-- not there any more to ask when it is written. As Discord writes locales ("de", "en-GB"); NULL: it has not told.
ALTER TABLE cfg.guild_names ADD COLUMN locale text CHECK (char_length(locale) BETWEEN 2 AND 16);
ALTER TABLE cfg.tickets ADD COLUMN opener_locale text CHECK (char_length(opener_locale) BETWEEN 2 AND 16);

CREATE OR REPLACE VIEW cfg.ticket_read AS
SELECT t.tid, t.guild_id, t.guild_no, t.kind, t.state, t.opener_pid, o.id_sealed AS opener_sealed, t.channel_id, t.message_id,
       t.question_sealed, flow.usec(t.opened_at) AS opened_usec, flow.usec(t.closed_at) AS closed_usec,
       t.closed_by, c.id_sealed AS closer_sealed, t.outcome, t.open_flow, t.repairs, t.opener_locale
  FROM cfg.tickets t
  JOIN flow.identity o ON o.pid = t.opener_pid
  LEFT JOIN flow.identity c ON c.pid = t.closed_by;
