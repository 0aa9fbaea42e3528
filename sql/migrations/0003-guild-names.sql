-- What Discord calls a guild. Interactions do not carry it, and a direct message has to say where it comes from.
CREATE TABLE cfg.guild_names (
  guild_id bigint PRIMARY KEY,
  name     text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100));
