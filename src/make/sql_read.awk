# Reads the files of sql/functions/ and sql/queries/ for sql_calls.awk, which prints what is made of them:
# their header comments, their signatures as tokens up to the body, and what these mean (inputs, outputs,
# whether there may be many rows). Whatever is not written as sql_calls.awk says, and a type that is not in
# the table below, ends the build with FILE:LINE and what is wrong: nothing is guessed.

BEGIN {
    # How a type travels: t as text, i a whole number, b a boolean, x bytes.
    split("text uuid json jsonb interval inet timestamptz numeric", texts, " ")
    for (i in texts)
        kind_of[texts[i]] = "t"
    kind_of["integer"] = kind_of["bigint"] = "i"
    kind_of["boolean"] = "b"
    kind_of["bytea"] = "x"
    type_in_c["t"] = "const char *"
    type_in_c["i"] = "struct db_integer "
    type_in_c["b"] = "struct db_boolean "
    type_in_c["x"] = "struct db_bytes "
    known_role["rigger_app"] = known_role["rigger_admin"] = 1
}

function fail(line, message) {
    printf "%s:%d: %s\n", file, line, message >"/dev/stderr"
    exit failed = 1
}

# --- Reading ---

FNR == 1 {
    if (NR > 1)
        end_of_file()
    file = FILENAME
    name = FILENAME
    sub(/^.*\//, "", name)
    sub(/\.sql$/, "", name)
    state = "comment"
    roles = purpose = not_for_c = query = ""
    role_line = count = in_purpose = in_query = 0
}

{ last_line = FNR }

state == "comment" && /^--/ {
    read_header($0)
    next
}

tolower($0) ~ /^create / || tolower($0) ~ /^ *create (or replace )?function / {
    if (state != "comment")
        fail(FNR, "a second object in this file; there is one function in a file")
    state = "signature"
}

state == "comment" && count && /^select / { state = "query" }

state == "query" && /["\\]|--/ { fail(FNR, "no comments, double quotes or backslashes in a query: " $0) }

state == "query" { query = query (query == "" ? "" : "\n") $0 }

state == "comment" && NF { fail(FNR, "neither a line of the header comment nor what it is about: " $0) }

state == "signature" && /^as / { state = "body" }

state == "signature" { read_tokens($0) }

END {
    if (failed)
        exit 1
    end_of_file()
    if (failed)
        exit 1
    end_part()
}

function read_header(text) {
    if (text !~ /^--   /)
        in_purpose = in_query = 0
    if (text ~ /^-- Purpose: /) {
        in_purpose = 1
        purpose = substr(text, length("-- Purpose: ") + 1)
    } else if (in_purpose) {
        purpose = purpose " " substr(text, length("--   ") + 1)
    }
    if (text ~ /^-- Query: /)
        in_query = 1
    if (in_query)
        read_tokens(substr(text, text ~ /^-- Query: / ? length("-- Query: ") + 1 : 3))
    if (text ~ /^-- Role: [a-z_]+(, [a-z_]+)*$/ && role_line == 0) {
        roles = substr(text, length("-- Role: ") + 1)
        role_line = FNR
    } else if (tolower(text) ~ /^-- *roles?[^a-z]/) {
        fail(FNR, "a role line is one line, written \"-- Role: rigger_app, rigger_admin\": " text)
    }
    if (text ~ /^-- Not for C: ./)
        not_for_c = FNR
    else if (tolower(text) ~ /^-- *not for c/)
        fail(FNR, "written \"-- Not for C: who calls it\": " text)
}

# Words, and the marks that a signature is made of.
function read_tokens(text) {
    while (text != "") {
        if (match(text, /^ +/)) {
            text = substr(text, RLENGTH + 1)
        } else if (match(text, /^[A-Za-z_][A-Za-z_0-9.]*(\[\])?/) || match(text, /^[(),=;]/) ||
                   match(text, /^[0-9]+/) || match(text, /^'[^']*'/)) {
            token[++count] = substr(text, 1, RLENGTH)
            token_line[count] = FNR
            text = substr(text, RLENGTH + 1)
        } else {
            fail(FNR, "not understood in a signature: " text)
        }
    }
}

# --- Understanding: the tokens as inputs, outputs, and whether there may be many rows ---

function expect(what) {
    if (at > count || token[at] != what)
        fail(at > count ? last_line : token_line[at], \
            "expected \"" what "\"" (at > count ? "" : " instead of \"" token[at] "\""))
    at++
}

function add_output(output, type, line) {
    if (!(type in kind_of) || kind_of[type] == "x")
        fail(line, "type of an output not understood: " type)
    out_name[++outputs] = output
    out_type[outputs] = type
    out_kind[outputs] = kind_of[type]
}

function add_input(input, type, line) {
    if (!(type in kind_of))
        fail(line, "type of an input not understood: " type)
    if (input !~ /^p_./)
        fail(line, "the name of an input begins with p_: " input)
    in_name[++inputs] = substr(input, 3)
    in_type[inputs] = type
    in_kind[inputs] = kind_of[type]
}

# Reads "[out] name type, ...)" behind the opening parenthesis; in a table all are outputs.
function read_columns(is_table, mode, words, line, word) {
    if (token[at] == ")") {
        at++
        return
    }
    for (;;) {
        words = 0
        line = token_line[at]
        mode = is_table ? "out" : "in"
        while (at <= count && token[at] != "," && token[at] != ")")
            word[++words] = token[at++]
        if (!is_table && words == 3 && word[1] == "out") {
            mode = "out"
            word[1] = word[2]
            word[2] = word[3]
            words = 2
        }
        if (mode == "in" && words == 4 && word[3] == "default" && word[4] == "null")
            words = 2
        if (at > count || words != 2)
            fail(line, "not understood: a parameter is written \"p_name type [default null]\" or " \
                 "\"out name type\"")
        if (word[1] !~ /^[a-z_][a-z_0-9]*$/)
            fail(line, "not a plain name: " word[1])
        if (mode == "in")
            add_input(word[1], word[2], line)
        else
            add_output(word[1], word[2], line)
        if (token[at++] == ")")
            return
    }
}

function read_returns() {
    if (outputs > 0)
        fail(token_line[at], "\"returns\" beside outputs: one of the two")
    at++
    if (token[at] == "void") {
        at++
        return
    }
    many = token[at] == "table" || token[at] == "setof"
    if (token[at] == "table") {
        at++
        expect("(")
        read_columns(1)
        return
    }
    at += many
    add_output("returned", token[at], token_line[at])
    at++
    if (token[at] !~ /^(language|immutable|stable|volatile|security|set)$/)
        fail(token_line[at], "not understood behind \"returns\": " token[at])
}

function is_definer(i) {
    for (i = 1; i < count; i++) {
        if (token[i] == "security" && token[i + 1] == "definer")
            return 1
    }
    return 0
}

function check_roles(list, n, i) {
    if (roles == "" && is_definer())
        fail(token_line[1], \
            "security definer without a role line: who may execute it? (\"-- Role: rigger_app\")")
    if (roles == "" && not_for_c)
        fail(not_for_c, "\"Not for C\" without a role line: nobody may execute it anyhow")
    if (roles != "" && !is_definer())
        fail(role_line, "what a role may execute is \"security definer\"")
    n = split(roles, list, ", ")
    for (i = 1; i <= n; i++) {
        if (!(list[i] in known_role))
            fail(role_line, "no such role: " list[i])
    }
}

function understand_function() {
    if (state != "body")
        fail(last_line, "no function in this file, or one whose body does not begin with a line \"as ...\"")
    expect("create")
    expect("or")
    expect("replace")
    expect("function")
    expect("rigger." name)
    check_roles()
    if (part == "grants")
        add_grants()
    if (roles == "" || not_for_c || part == "grants")
        return
    expect("(")
    read_columns(0)
    if (token[at] == "returns")
        read_returns()
    print_call()
}

# The inputs of a query are written by their names, as in a function.
function number_inputs(text, done, i, word) {
    while (match(text, /[A-Za-z_0-9.$]+/)) {
        word = substr(text, RSTART, RLENGTH)
        done = done substr(text, 1, RSTART - 1)
        text = substr(text, RSTART + RLENGTH)
        for (i = 1; i <= inputs && word != "p_" in_name[i]; i++)
            ;
        if (word ~ /^p_|^\$/ && i > inputs)
            fail(token_line[1], "the query has no such input: " word)
        done = done (i > inputs ? word : "$" i "::" in_type[i])
    }
    return done text
}

function understand_query() {
    if (state != "query")
        fail(last_line, "a query begins with a line \"select ...\"")
    if (roles != "" || not_for_c)
        fail(1, "a query has no role line: who may read its views may ask it")
    if (part == "grants")
        return
    expect("(")
    read_columns(0)
    if (outputs)
        fail(token_line[1], "the outputs of a query are those of its \"returns table\"")
    if (token[at] != "returns" || token[at + 1] != "table")
        fail(token_line[1], "a query \"returns table (...)\"")
    read_returns()
    if (at <= count)
        fail(token_line[at], "not understood behind a query's \"returns table\": " token[at])
    query = number_inputs(query)
    print_call()
}

function end_of_file() {
    inputs = outputs = many = 0
    at = 1
    if (count && token[1] == "(")
        understand_query()
    else
        understand_function()
}
