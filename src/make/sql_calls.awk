# Makes the C side of the SQL. Prints, for every function of sql/functions/ that a role may execute and every
# query of sql/queries/, what C needs to call it, so that a signature stands once, in its .sql file.
# sql_read.awk reads them. The Makefile runs the two three times:
#
#   part=header  db/calls.h: for each file NAME.sql a struct db_NAME_in of the inputs, a struct db_NAME_out of
#                the outputs, and the prototype of db_NAME(); the types of the members are those of
#                src/db/value.h, where null is explained
#   part=source  db/calls.c: the same functions, each over db_call() of src/db/statement.h
#   part=grants  grants.sql, which runs after sql/roles.sql: who may execute what
#
# A file of sql/functions/ holds one function, named as the file, written as
#
#   create or replace function rigger.NAME(p_input type [default null], ..., out output type, ...)
#   returns type | returns setof type | returns table (output type, ...)
#
# Without outputs, or where they stand among the inputs, there may be no line of what it returns.
# A single value that is returned becomes the member `returned`. Two lines of the header comment count:
#
#   -- Role: rigger_app, rigger_admin   who may execute the function; without it nobody may, and there is no C
#   -- Not for C: WHO CALLS IT          no C is made, for what only others call
#
# A file of sql/queries/ holds one select over views, or tables that rigger_admin may read, asked with the
# rights of whoever asks. Its signature is a line of its header comment; its inputs stand in the select by
# their names:
#
#   -- Query: (p_input type, ...) returns table (output type, ...)
#
# usage: awk -f sql_read.awk -f sql_calls.awk -v part=PART [-v header=db/calls.h] FILE...

BEGIN {
    if (part != "header" && part != "source" && part != "grants") {
        print "sql_calls.awk: part is header, source or grants" >"/dev/stderr"
        exit failed = 1
    }
    if (header == "")
        header = "db/calls.h"
    begin_part()
}

function begin_part() {
    if (part == "grants")
        return
    print "/* Made by src/make/sql_calls.awk from sql/functions/ and sql/queries/; do not edit."
    if (part == "header") {
        print " *"
        print " * A function of this header calls the SQL function of its name, or asks the query, in one"
        print " * statement that is its own transaction."
        print " * An input that is not given is null (db/value.h). STATUS_OK: the outputs are filled in; what"
        print " * they point to lives on the arena. Functions that may return any number of rows fill in how"
        print " * many there are, and the rows. What else can come of a call is said at db_call"
        print " * (db/statement.h). */"
        guard = "RIGGER_" toupper(header)
        gsub(/[^A-Z]/, "_", guard)
        print "#ifndef " guard "\n#define " guard "\n"
        print "#include \"db/connection.h\"\n#include \"db/rows.h\"\n#include \"db/value.h\""
    } else {
        print " * Every function hands its inputs to db_call() in the order of the statement's parameters,"
        print " * and reads the outputs by the numbers of the statement's columns. */"
        print "#include \"" header "\"\n\n#include \"db/statement.h\""
    }
}

function end_part() {
    if (part == "header")
        print "\n#endif"
    if (part == "grants")
        print_grants()
}

function print_call() {
    if (part == "header")
        print_header()
    else
        print_source()
}

function print_members(names, types, kinds, n, i) {
    for (i = 1; i <= n; i++)
        printf "    %s%s; /* %s */\n", type_in_c[kinds[i]], names[i], types[i]
}

function prototype(text) {
    text = "enum status db_" name "(struct db *db, struct arena *arena"
    if (inputs)
        text = text ", const struct db_" name "_in *in"
    if (outputs && many)
        text = text ", struct db_" name "_rows *rows"
    else if (outputs)
        text = text ", struct db_" name "_out *out"
    return text ")"
}

function print_header() {
    gsub(/\*\//, "* /", purpose)
    gsub(/\/\*/, "/ *", purpose)
    printf "\n/* sql/%s/%s.sql. %s */\n", query == "" ? "functions" : "queries", name, purpose
    if (inputs) {
        printf "struct db_%s_in {\n", name
        print_members(in_name, in_type, in_kind, inputs)
        print "};"
    }
    if (outputs) {
        printf "struct db_%s_out {\n", name
        print_members(out_name, out_type, out_kind, outputs)
        print "};"
    }
    if (outputs && many) {
        printf "struct db_%s_rows {\n    int count;\n    const struct db_%s_out *row;\n", name, name
        print "    struct db_rows raw; /* the same rows, for whoever only shows them */\n};"
    }
    print prototype() " MUST_CHECK;"
}

# A string of C, a line of it for each line of the text.
function quoted(text, lines, n, i, string) {
    n = split(text, lines, "\n")
    for (i = 1; i <= n; i++)
        string = string (i > 1 ? "\n            " : "") "\"" lines[i] (i < n ? " " : "") "\""
    return string
}

function statement_text(columns, list, i) {
    if (query != "")
        return query
    for (i = 1; i <= inputs; i++)
        list = list (i > 1 ? ", " : "") "p_" in_name[i] " => $" i "::" in_type[i]
    if (columns == "" || columns == "returned")
        return "select rigger." name "(" list ")" (columns == "" ? "" : " as returned")
    gsub(/ /, ", ", columns)
    return "select " columns " from rigger." name "(" list ")"
}

function print_read(indent, target, rows, row, i, reader) {
    reader["t"] = "rows_text"
    reader["i"] = "rows_integer"
    reader["b"] = "rows_boolean"
    for (i = 1; i <= outputs; i++)
        printf "%s%s%s = %s(%s, %s, %d);\n", indent, target, out_name[i], reader[out_kind[i]], rows, row, \
            i - 1
}

function print_parameters(i, given) {
    given["t"] = "in->%s"
    given["i"] = "db_integer_text(arena, in->%s)"
    given["b"] = "db_boolean_text(in->%s)"
    given["x"] = "db_bytes_text(arena, in->%s)"
    print "    const char *const parameters[] = {"
    for (i = 1; i <= inputs; i++)
        printf "        " given[in_kind[i]] ",\n", in_name[i]
    print "    };"
}

function print_source(columns, kinds, i) {
    for (i = 1; i <= outputs; i++) {
        columns = columns (i > 1 ? " " : "") out_name[i]
        kinds = kinds out_kind[i]
    }
    # A void function answers a column all the same: it has the function's name, and is text.
    printf "\nstatic const struct statement %s = {\n    .name = \"%s\",\n    .text = %s,\n", \
        name "_statement", name, quoted(statement_text(columns))
    printf "    .parameter_count = %d,\n    .columns = \"%s\",\n    .kinds = \"%s\",\n};\n\n", inputs, \
        outputs ? columns : name, outputs ? kinds : "t"
    print prototype() "\n{"
    if (inputs)
        print_parameters()
    printf "    struct db_rows %s;\n", many ? "answer" : "rows"
    if (many)
        printf "    struct db_%s_out *row;\n", name
    printf "    enum status status = db_call(db, arena, &%s_statement, %s, &%s);\n\n", name, \
        inputs ? "parameters" : "NULL", many ? "answer" : "rows"
    if (many) {
        print "    if (status != STATUS_OK)\n        return status;"
        print "    row = arena_alloc(arena, (size_t)answer.count * sizeof(*row));"
        print "    for (int i = 0; i < answer.count; i++) {"
        print_read("        ", "row[i].", "&answer", "i")
        print "    }"
        printf "    *rows = (struct db_%s_rows){ .count = answer.count, .row = row, .raw = answer };\n", name
        print "    return STATUS_OK;\n}"
    } else if (outputs) {
        print "    if (status != STATUS_OK)\n        return status;"
        print_read("    ", "out->", "&rows", "0")
        print "    return STATUS_OK;\n}"
    } else {
        print "    return status;\n}"
    }
}

# PostgreSQL names a function by the types of its inputs; here the name alone must do,
# so there is one of each.
function add_grants(list, n, i) {
    n = split(roles, list, ", ")
    for (i = 1; i <= n; i++)
        grants = grants (grants == "" ? "" : ",\n") "      ('" list[i] "', 'rigger." name "')"
}

function print_grants() {
    print "-- Made by src/make/sql_calls.awk from the role lines of sql/functions/; do not edit. Runs after"
    print "-- roles.sql, which takes every right away. A role that is missing there is passed over here."
    print "do $$\ndeclare\n  granted record;\nbegin\n  for granted in"
    print "    select g.role, g.name::regproc::regprocedure as routine\n    from (values"
    print grants ") as g (role, name)"
    print "    join pg_roles r on r.rolname = g.role\n  loop"
    print "    execute format('grant execute on function %s to %I', granted.routine, granted.role);"
    print "  end loop;\nend\n$$;"
}
