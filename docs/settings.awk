# settings.def as the settings part of magikald.conf(5), in scdoc's notation. A row begins with SETTING( and ends with the quoted help.

function trimmed(s) {
        gsub(/^[ \t]+|[ \t]+$/, "", s)
        return s
}

# What scdoc would take for markup
function escaped(s) {
        gsub(/[_*\\#]/, "\\\\&", s)
        return s
}

function unquoted(s) {
        s = trimmed(s)
        return substr(s, 2, length(s) - 2)
}

function kind(type, min, max) {
        if (type == "INT")
                return min " to " max
        if (type == "AUTO_INT")
                return "auto, or " min " to " max
        if (type == "BOOL")
                return "yes or no"
        if (type == "AUTO_BOOL")
                return "auto, yes or no"
        return words[type]
}

function finish(    field, i, section, key, default_text) {
        # the fields before the help hold no commas; the help may
        split(row, field, ",")
        section = trimmed(field[1])
        key = trimmed(field[2])
        default_text = trimmed(field[5])
        for (i = 1; i <= 8; i++)        # not every awk knows {8}
                sub(/^[^,]*,/, "", row)
        sub(/\)[ \t]*$/, "", row)
        row = unquoted(row)
        gsub(/\\"/, "\"", row)

        if (section != last)
                print "## [" section "]\n"
        last = section
        default_text = default_text == "NULL" ? "No default, it must be set" : default_text == "\"\"" ? "Not set by default" : "Default: " escaped(unquoted(default_text))
        print "*" escaped(key) "* = " kind(trimmed(field[4]), trimmed(field[6]), trimmed(field[7]))
        print "\t" escaped(row)
        print "\t(" default_text "; " (trimmed(field[8]) == "LIVE" ? "a reload is enough" : "needs a restart") ".)\n"
        row = ""
}

BEGIN {
        words["SNOWFLAKE"] = "id"
        words["PATH"] = "absolute path"
        words["NAME"] = "name"
        words["HTTP_URL"] = "https:// URL"
        words["WS_URL"] = "wss:// URL"
        words["DSN"] = "connection string"
        words["COMPRESS"] = "zlib-stream or none"
        words["LEVEL"] = "level"
}

/^SETTING\(/ {
        row = substr($0, length("SETTING(") + 1)
        next
}

row != "" {
        row = row $0
}

row != "" && /"\)[ \t]*$/ {
        finish()
}
