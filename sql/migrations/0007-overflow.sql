-- Categories that we made because one that is set was full (Discord allows 50 channels in each): "Support 2" beside "Support". They are used
-- while the first is full, and removed when they are empty.
CREATE TABLE cfg.overflow_categories (
  guild_id   bigint   NOT NULL REFERENCES cfg.ticket_panel_config,
  base_id    bigint   NOT NULL,         -- the one that is set
  no         smallint NOT NULL CHECK (no BETWEEN 2 AND 10),     -- in its name; ten of them hold all channels of a guild
  channel_id bigint   NOT NULL UNIQUE,
  PRIMARY KEY (guild_id, base_id, no));
