-- The list of migrations, for the start-up check and magikalctl migrate.

-- name: migrations_applied
-- In order.
SELECT version, name, checksum FROM flow.schema_migrations ORDER BY version;

-- name: migration_note
-- In the transaction of the migration itself.
INSERT INTO flow.schema_migrations (version, name, checksum) VALUES ($1, $2, $3);

-- name: migrations_exist
-- Is there a list at all?
SELECT to_regclass('flow.schema_migrations') IS NOT NULL;

-- name: migration_lock
-- One migrator at a time in this database; released at the end of the session.
SELECT pg_advisory_lock(5570230201);

-- name: migration_grant
-- The rights of the running program: for the role that magikal.runtime_role names, else for those of the usual names that there are.
SELECT bool_or(flow.grant_runtime(r::name))
  FROM unnest(coalesce(string_to_array(nullif(current_setting('magikal.runtime_role', true), ''), ','),
                       ARRAY['magikal', 'magikal_runtime'])) AS r;
