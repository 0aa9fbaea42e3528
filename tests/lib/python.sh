#!/bin/sh
# python.sh TEST…: with the Python that configure found; without one the test is skipped. A test that hangs is interrupted, so that it
# can still stop what it started.
if [ "${MAGIKAL_PYTHON:-:}" = : ]; then
        echo '1..0 # SKIP configure found no Python 3.9 or later'
        exit 0
fi
exec timeout --signal=INT --kill-after=30 "${MAGIKAL_TEST_TIMEOUT:-600}" "$MAGIKAL_PYTHON" "$@"
