#!/bin/sh
# The part of the matrix that every "make check" plays: a process dies at each point of opening and resolving a ticket, and of the two
# processes that have no flow. "make fault-matrix" plays all of it.
here=$(dirname "$0")
exec "$here/../lib/python.sh" "$here/matrix.py" --jobs "${MAGIKAL_FAULT_JOBS:-2}" support.open/ support.resolve/ supervisor/ editor/
