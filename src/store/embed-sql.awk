# Turns SQL files into rows of an X-macro table, one C string per statement or file.
#
#   awk -v mode=statements -f embed-sql.awk sql/statements/*.sql    X(CLAIM, "claim", "SELECT …")
#   awk -v mode=migrations -f embed-sql.awk sql/migrations/*.sql    X(1, "0001-flows-and-tickets.sql", "CREATE …")
#
# A statement begins at "-- name: x", must be followed by a comment that says what it is for, and ends at the next name.

function fail(sentence) {
        print FILENAME ":" FNR ": " sentence > "/dev/stderr"
        failed = 1
        exit 1
}

function close_row() {
        if (!is_open)
                return
        if (mode == "statements" && !has_intent)
                fail("statement " name " does not say what it is for")
        print ")"
        is_open = 0
}

function put_line(line) {
        gsub(/\\/, "\\\\", line)
        gsub(/"/, "\\\"", line)
        printf "\n        \"%s\\n\"", line
}

mode == "migrations" && FNR == 1 {
        close_row()
        file = FILENAME
        sub(/.*\//, "", file)
        if (file !~ /^[0-9][0-9][0-9][0-9]-[a-z0-9-]+\.sql$/)
                fail("a migration is called NNNN-what-it-does.sql")
        printf "X(%d, \"%s\",", substr(file, 1, 4) + 0, file
        is_open = 1
}

mode == "statements" && FNR == 1 {
        close_row()
}

mode == "statements" && /^-- name: / {
        close_row()
        name = $3
        if (name !~ /^[a-z][a-z0-9_]*$/ || name in seen)
                fail("statement name " name " is not new or not lower case")
        seen[name] = 1
        printf "X(%s, \"%s\",", toupper(name), name
        is_open = 1
        has_intent = 0
        next
}

mode == "statements" && /^--/ {
        has_intent = 1          # a comment: for the reader of the file, not for the server
        next
}

is_open && !/^[ \t]*$/ {
        put_line($0)
}

END {
        if (!failed)
                close_row()
}
