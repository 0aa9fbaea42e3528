-- The list of applied migrations. Runs before every migration and changes nothing the second time; it is not in the list itself.
CREATE SCHEMA IF NOT EXISTS flow;
CREATE TABLE IF NOT EXISTS flow.schema_migrations (
  version    integer PRIMARY KEY,
  name       text NOT NULL,
  checksum   text NOT NULL,             -- of the file as it was applied; an applied file never changes
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
