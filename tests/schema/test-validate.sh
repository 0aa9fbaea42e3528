#!/bin/sh
# The schema judge's own test under "make check". Its packages come from "make schema-tools"; without them it is skipped.
cd "${MAGIKAL_BUILD_DIR:?}/tests/schema" || exit 1
if ! command -v node >/dev/null; then
        echo '1..0 # SKIP node is not installed'
elif [ ! -d node_modules/discord-api-spec ] || [ ! -d node_modules/typescript ] || [ ! -d node_modules/zod ]; then
        echo '1..0 # SKIP packages are not installed; "make schema-tools" fetches them from the npm registry'
else
        exec node test-validate.mjs
fi
