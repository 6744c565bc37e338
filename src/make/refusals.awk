# Makes of the catalogue (src/core/refusals.list) what the program, the database and the documents
# need of it. Stops, with the line's number, at a line that it does not understand, at a code
# given twice and where there is nothing.
# usage: awk -v form=c|sql|markdown -f refusals.awk refusals.list

function refuse(why) {
    printf "%s:%d: %s: %s\n", FILENAME, FNR, why, $0 >"/dev/stderr"
    failed = 1
    exit 1
}

BEGIN {
    if (form != "c" && form != "sql" && form != "markdown") {
        print "refusals.awk: form is none of c, sql and markdown" >"/dev/stderr"
        failed = 1
        exit 1
    }
}

/^#/ || /^$/ { next }

{
    if (!match($0, /^[a-z][a-z0-9_]*[ ]+(-|[45][0-9][0-9])[ ]+/))
        refuse("no code with an HTTP status or -")
    text = substr($0, RLENGTH + 1)
    # What these characters need in C, SQL or Markdown differs; no text needs them.
    if (text !~ /^[ !#-\[\]-{}~]+$/ || text ~ / $/)
        refuse("no text, or characters that it may not have")
    places = gsub(/[{][}]/, "{}", text)
    if (places > 1 || gsub(/[{}]/, "&", text) != 2 * places)
        refuse("a text has one {} at most, and no other braces")
    if ($1 == "none" || $1 in seen)
        refuse("this code is taken")
    seen[$1] = 1
    code[++count] = $1
    status[count] = $2 == "-" ? "" : $2
    texts[count] = text
}

# text as a literal of SQL
function literal(text) {
    gsub(/'/, "''", text)
    return "'" text "'"
}

function write_c(i) {
    print "/* Made by src/make/refusals.awk of src/core/refusals.list; do not edit. */"
    print "#ifndef RIGGER_CORE_REFUSALS_H\n#define RIGGER_CORE_REFUSALS_H\n"
    print "/* X(name, code, HTTP status or 0, public text) */\n#define REFUSAL_TABLE(X) \\"
    for (i = 1; i <= count; i++)
        printf "    X(%s, \"%s\", %d, \"%s\")%s\n", toupper(code[i]), code[i], status[i], texts[i], \
            i < count ? " \\" : ""
    print ""
    for (i = 1; i <= count; i++)
        printf "#define REFUSAL_%s_TEXT \"%s\"\n", toupper(code[i]), texts[i]
    print "\n#endif"
}

function write_sql(i) {
    print "-- Made by src/make/refusals.awk of src/core/refusals.list; do not edit. The catalogue of this"
    print "-- program takes the place of what the table held."
    print "with listed (code, http_status, public_text) as (values"
    for (i = 1; i <= count; i++)
        printf "  ('%s', %s, %s)%s\n", code[i], status[i] == "" ? "null" : status[i], literal(texts[i]), \
            i < count ? "," : "),"
    print "dropped as ("
    print "  delete from rigger.refusals r"
    print "  where not exists (select from listed l where l.code = r.code))"
    print "insert into rigger.refusals (code, http_status, public_text)"
    print "select l.code, l.http_status, l.public_text"
    print "from listed l"
    print "on conflict (code) do update"
    print "  set http_status = excluded.http_status, public_text = excluded.public_text;"
}

function write_markdown(i) {
    print "| code | status | public text |\n|---|---|---|"
    for (i = 1; i <= count; i++)
        printf "| `%s` | %s | %s |\n", code[i], status[i], texts[i]
}

END {
    if (failed)
        exit 1
    if (count == 0) {
        print "refusals.awk: no refusals" >"/dev/stderr"
        exit 1
    }
    if (form == "c")
        write_c()
    else if (form == "sql")
        write_sql()
    else
        write_markdown()
}
