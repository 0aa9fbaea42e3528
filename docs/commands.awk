# docs/commands.md from the tables: who may (policy.c), which command asks it (controls.c), other languages' words (src/text/<language>.def),
# and last commands.def itself. One page for people, so every number and name stands there once, as Discord shows it.

function words(line, n) {               # the n-th quoted text of a row; \" does not occur in these tables
        split(line, quoted, "\"")
        return quoted[2 * n]
}

function who(policy,    r) {
        return policy in rule ? rule[policy] : "no permission that there is"
}

function other_names(path,    i, r) {
        for (i = 1; i <= n_languages; i++)
                if ((languages[i], path) in text)
                        r = r (r == "" ? "" : ", ") languages[i] ": `" text[languages[i], path] "`"
        return r
}

function plain(s) {                     # a cell of a table
        gsub(/\|/, "\\|", s)
        return s
}

function flush_option() {
        if (option == "")
                return
        if (choices != "")
                takes = takes ": " choices
        if (!table_begun) {
                print ""
                print "| option | in other languages | takes | what for |"
                print "|---|---|---|---|"
                table_begun = 1
        }
        printf "| `%s`%s | %s | %s | %s |\n", option, is_required ? " *" : "", other_names(path), takes, plain(what)
        option = choices = ""
}

BEGIN {
        print "# Commands"
        print ""
        print "<!-- made by `make docs-commands` from include/magikal/commands.def, src/worker/controls.c, src/domain/policy.c and src/text/ -->"
        print ""
        print "Everything that can be typed. A star marks what must be given. Every answer is for you alone and says what changed from what to what."
        print "People whose Discord is set to another language read these names in it; either way it is the same command. *Administrator* may do"
        print "everything. What Discord hides is set under *Server Settings → Integrations*; what somebody may do is checked again when it is done."
        permission["PERMISSION_MANAGE_CHANNELS"] = "Manage Channels in the ticket's channel"
        permission["PERMISSION_MANAGE_GUILD"] = "Manage Server"
        type["CHANNEL"] = "a channel"; type["ROLE"] = "a role"; type["USER"] = "a person"
        type["BOOLEAN"] = "true or false"; type["INTEGER"] = "a whole number"; type["STRING"] = "text"
        type["ON(TEXT)"] = "a text channel"; type["ON(CATEGORY)"] = "a category"
}

FILENAME ~ /policy\.c$/ {
        if ($1 !~ /^\[POLICY_/)
                next
        policy = $1
        gsub(/[][]/, "", policy)
        r = ""
        if ($4 ~ /^true/)
                r = "everybody"
        while (match($0, /(PERMISSION|CAPABILITY)_[A-Z]+(_[A-Z]+)*/)) {
                word = substr($0, RSTART, RLENGTH)
                $0 = substr($0, RSTART + RLENGTH)
                if (word in permission)
                        word = "*" permission[word] "*"
                else {
                        sub(/^CAPABILITY_/, "", word)
                        word = "the capability `" tolower(word) "`"
                }
                r = r (r == "" ? "" : " or ") word
        }
        rule[policy] = r
        next
}

FILENAME ~ /controls\.c$/ {
        if (match($0, /COMMAND_[A-Z_]+, +POLICY_[A-Z_]+/) && $2 == "INTERACTION_COMMAND,") {
                split(substr($0, RSTART, RLENGTH), part, /, +/)
                sub(/^COMMAND_/, "", part[1])
                asks[part[1]] = part[2]
        }
        next
}

FILENAME ~ /\/text\/[a-z]+\.def$/ {
        if ($0 ~ /^COMMAND_(TEXT|CHOICE)\(/) {
                language = FILENAME
                sub(/.*\//, "", language)
                sub(/\.def$/, "", language)
                if (!(language in known)) {
                        known[language] = 1
                        languages[++n_languages] = language
                }
                text[language, words($0, 1)] = words($0, 2)
        }
        next
}

/^COMMAND\(/ {
        flush_option()
        command = words($0, 1)
        group = ""
        split($0, quoted, "\"")
        print ""
        print "## /" command
        print ""
        print words($0, 2) ". " (other_names(command) == "" ? "" : "(" other_names(command) ".) ") \
              (quoted[5] ~ /0x20/ ? "Discord shows it to people with *Manage Server*." : "Discord shows it to everybody.")
}

/^ *GROUP\(/ {
        flush_option()
        group = words($0, 1) " "
}

/^ *SUB\(/ {
        flush_option()
        id = $0
        sub(/^ *SUB\(/, "", id)
        sub(/,.*/, "", id)
        sub_path = command " " group words($0, 1)
        print ""
        print "### /" sub_path
        print ""
        print words($0, 2) ". " (other_names(sub_path) == "" ? "" : "(" other_names(sub_path) ".)")
        print ""
        print "Who may: people with " who(asks[id]) "."
        table_begun = 0
}

/^ *OPTION\(/ {
        flush_option()
        option = words($0, 1)
        path = sub_path " " option
        what = words($0, 2)
        split($0, quoted, "\"")
        split(quoted[3], part, /, */)
        is_required = part[3] == "IS_REQUIRED"
        takes = part[4] in type ? type[part[4]] : type[part[2]]
        kind = part[2]
}

/^ *LIMITS\(/ {
        limits = $0
        gsub(/^ *LIMITS\(|\).*/, "", limits)
        split(limits, part, /, */)
        takes = takes (kind == "STRING" ? ", " part[1] " to " part[2] " characters" : ", " part[1] " to " part[2])
}

/^ *SUGGESTED\(/ {
        takes = takes ", offered while you type"
}

/^ *CHOICE\(/ {
        if (choices == "")
                takes = "one of"
        choices = choices (choices == "" ? "" : ", ") plain(words($0, 1))
}

END {
        flush_option()
}
