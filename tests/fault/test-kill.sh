#!/bin/sh
# The matrix as "make check" plays it: a process dies at each point that the daemon lists. Most of a death is waiting for the time that a lost
# request may still take effect in, so more of them than there are processors go on at once.
here=$(dirname "$0")
MAGIKAL_TEST_TIMEOUT=${MAGIKAL_FAULT_TIMEOUT:-1500}
export MAGIKAL_TEST_TIMEOUT
exec "$here/../lib/python.sh" "$here/matrix.py" --jobs "${MAGIKAL_FAULT_JOBS:-6}"
