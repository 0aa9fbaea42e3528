/* The SQL of sql/, as the build embedded it. */

#include "db.h"

const Statement statements[N_STATEMENTS] = {
#define X(id, statement_name, statement_text) [SQL_##id] = { .name = statement_name, .text = statement_text },
#include "src/store/statements.inc"
#undef X
};

const Migration migrations[] = {
#define X(migration_version, migration_name, migration_text) \
        { .version = migration_version, .name = migration_name, .text = migration_text },
#include "src/store/migrations.inc"
#undef X
};

const size_t n_migrations = ELEMENTSOF(migrations);
