"""src/make/sql_calls.awk, which makes C and grants from the files of sql/functions/ and sql/queries/: what
comes out of good ones, and that bad ones end the build and say where they are bad. That what it makes also
works is tests/unit/db/test_calls.c."""

import os
import re
import subprocess

import pytest

from harness.stack import SOURCE

PROGRAM = [word for name in ("sql_read.awk", "sql_calls.awk")
           for word in ("-f", os.path.join(SOURCE, "src", "make", name))]
HEAD = """\
-- Purpose: looks something up,
--   over two lines, below /here/*.
-- Returns: what there is.
-- Role: rigger_app
"""
TAIL = """\
language sql
security definer
as $$
  select 1
$$;
comment on function rigger.f() is 'Create something.';
"""


def generate(directory, part, **files):
    """What comes of files (name: text): exit status, standard output, standard error
    without the folder's name."""
    for name, text in files.items():
        (directory / f"{name}.sql").write_text(text, encoding="utf-8")
    done = subprocess.run(["awk", *PROGRAM, "-v", f"part={part}"]
                          + [str(directory / f"{name}.sql") for name in files],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr.replace(f"{directory}/", "")


def body_of(directory, part, text):
    """What is made of one good file f.sql, without the top of the header."""
    status, out, error = generate(directory, part, f=text)
    assert (status, error) == (0, "")
    return re.split(r"/\* sql/(?:functions|queries)/", out)[-1] if part == "header" else out


def test_an_input_that_may_be_left_out_in_sql_is_one_like_any_other_in_c(tmp_path):
    text = HEAD + "create or replace function rigger.f(%s)\nreturns text\n" + TAIL
    for part in ("header", "source"):
        assert body_of(tmp_path, part, text % "p_a text, p_b integer default null") \
            == body_of(tmp_path, part, text % "p_a text, p_b integer")


def test_inputs_and_outputs(tmp_path):
    text = HEAD + """create or replace function rigger.f(
  p_a text, p_b uuid, p_c json,p_d jsonb, p_e interval, p_f inet, p_g timestamptz, p_h numeric,
  p_i integer, p_j bigint, p_k boolean, p_l bytea,
  out status integer, out large bigint, out yes boolean, out word text)
""" + TAIL
    assert body_of(tmp_path, "header", text) == """\
f.sql. looks something up, over two lines, below /here/ *. */
struct db_f_in {
    const char *a; /* text */
    const char *b; /* uuid */
    const char *c; /* json */
    const char *d; /* jsonb */
    const char *e; /* interval */
    const char *f; /* inet */
    const char *g; /* timestamptz */
    const char *h; /* numeric */
    struct db_integer i; /* integer */
    struct db_integer j; /* bigint */
    struct db_boolean k; /* boolean */
    struct db_bytes l; /* bytea */
};
struct db_f_out {
    struct db_integer status; /* integer */
    struct db_integer large; /* bigint */
    struct db_boolean yes; /* boolean */
    const char *word; /* text */
};
enum status db_f(struct db *db, struct arena *arena, const struct db_f_in *in, \
struct db_f_out *out) MUST_CHECK;

#endif
"""
    source = body_of(tmp_path, "source", text)
    assert ('"select status, large, yes, word'
            ' from rigger.f(p_a => $1::text, p_b => $2::uuid, p_c => $3::json, p_d => $4::jsonb,'
            ' p_e => $5::interval, p_f => $6::inet, p_g => $7::timestamptz, p_h => $8::numeric,'
            ' p_i => $9::integer,'
            ' p_j => $10::bigint, p_k => $11::boolean, p_l => $12::bytea)"') in source
    assert '.parameter_count = 12,\n    .columns = "status large yes word",\n    .kinds = "iibt",' in source
    assert "        in->h,\n        db_integer_text(arena, in->i),\n" in source
    assert "        db_boolean_text(in->k),\n        db_bytes_text(arena, in->l),\n    };" in source
    assert "    out->status = rows_integer(&rows, 0, 0);\n" in source
    assert "    out->word = rows_text(&rows, 0, 3);\n" in source


@pytest.mark.parametrize("signature, prototype, statement", [
    ("()\nreturns bigint", "struct db_f_out *out)", "select rigger.f() as returned"),
    ("(p_x text)\nreturns void", "const struct db_f_in *in)", "select rigger.f(p_x => $1::text)"),
    ("()\nreturns void", "struct arena *arena)", "select rigger.f()"),
    ("(out a text)", "struct db_f_out *out)", "select a from rigger.f()"),
    ("()\nreturns table (\n  a text,\n  b json)", "struct db_f_rows *rows)", "select a, b from rigger.f()"),
    ("(p_x text)\nreturns setof text", "const struct db_f_in *in, struct db_f_rows *rows)",
     "select rigger.f(p_x => $1::text) as returned"),
    ("( p_x text ) returns boolean", "const struct db_f_in *in, struct db_f_out *out)",
     "select rigger.f(p_x => $1::text) as returned")])
def test_shapes(tmp_path, signature, prototype, statement):
    text = f"{HEAD}create or replace function rigger.f{signature}\n{TAIL}"
    header = body_of(tmp_path, "header", text)
    assert prototype + " MUST_CHECK;" in header
    assert ("int count;\n    const struct db_f_out *row;" in header) == ("_rows" in prototype)
    assert f'.text = "{statement}"' in body_of(tmp_path, "source", text)


QUERY = """\
-- Purpose: lists.
-- Query: (p_name text, p_name_2 bigint) returns table (
--   a text, b boolean)
-- Tables: v_x.
select x.a, p_name_2 = x.b as b
from rigger.v_x x
where p_name in (x.p, p_name) or x.p_name is null
"""


def test_a_query(tmp_path):
    source = body_of(tmp_path, "source", QUERY)
    assert ('''    .text = "select x.a, $2::bigint = x.b as b "
            "from rigger.v_x x "
            "where $1::text in (x.p, $1::text) or x.p_name is null",
    .parameter_count = 2,
    .columns = "a b",
    .kinds = "tb",''') in source
    header = body_of(tmp_path, "header", QUERY)
    assert header.startswith(
        "f.sql. lists. */\nstruct db_f_in {\n    const char *name; /* text */\n    struct db_integer name_2;")
    assert "const struct db_f_in *in, struct db_f_rows *rows) MUST_CHECK;" in header
    assert "rigger.f" not in body_of(tmp_path, "grants", QUERY)


def test_what_no_role_may_execute_and_what_is_not_for_c_is_left_out(tmp_path):
    inside = "-- Purpose: x.\ncreate or replace function rigger.inside(p_x foo[] default null)\n" \
        "returns trigger\nlanguage sql\nas $$\n$$;\n"
    other = HEAD + "-- Not for C: others call it.\n" \
        "create or replace function rigger.other(p_x text[])\nreturns setof bar\n" + TAIL
    good = HEAD.replace("rigger_app", "rigger_admin, rigger_app") \
        + "create or replace function rigger.good()\nreturns void\n" + TAIL
    files = {"inside": inside, "other": other, "good": good}
    for part in ("header", "source"):
        status, out, error = generate(tmp_path, part, **files)
        assert (status, error) == (0, "")
        assert "db_good(" in out and "inside" not in out and "other" not in out
    status, out, error = generate(tmp_path, "grants", **files)
    assert (status, error) == (0, "")
    assert [line.strip() for line in out.splitlines() if line.startswith("      (")] == [
        "('rigger_app', 'rigger.other'),", "('rigger_admin', 'rigger.good'),",
        "('rigger_app', 'rigger.good')) as g (role, name)"]


def good(signature="(p_x text)\nreturns text", head=HEAD, tail=TAIL):
    """A file that is good but for what is given."""
    return f"{head}create or replace function rigger.f{signature}\n{tail}"


@pytest.mark.parametrize("text, line, message", [
    (good("(p_x text[])\nreturns text"), 5, "type of an input not understood: text[]"),
    (good("(\n  p_w text,\n  p_x smallint)\nreturns text"), 7, "type of an input not understood: smallint"),
    (good("(x text)\nreturns text"), 5, "the name of an input begins with p_: x"),
    (good("(p_x text default 'x')\nreturns text"), 5, "not understood: a parameter is written"),
    (good("(out x text default null)"), 5, "not understood: a parameter is written"),
    (good("(p_x numeric(10, 2))\nreturns text"), 5, "not understood: a parameter is written"),
    (good("(inout p_x text)"), 5, "not understood: a parameter is written"),
    (good("(text)\nreturns text"), 5, "not understood: a parameter is written"),
    (good("(p_x text,)\nreturns text"), 5, "not understood: a parameter is written"),
    (good("(p_x text -- why\n)\nreturns text"), 5, "not understood in a signature: -- why"),
    (good('("p_x" text)\nreturns text'), 5, 'not understood in a signature: "p_x" text)'),
    (good("(p_X text)\nreturns text"), 5, "not a plain name: p_X"),
    (good("(out a bytea)"), 5, "type of an output not understood: bytea"),
    (good("()\nreturns bytea"), 6, "type of an output not understood: bytea"),
    (good("()\nreturns table (a text,\n  b text[])"), 7, "type of an output not understood: text[]"),
    (good("()\nreturns setof rigger.events"), 6, "type of an output not understood: rigger.events"),
    (good("()\nreturns trigger"), 6, "type of an output not understood: trigger"),
    (good("()\nreturns double precision"), 6, "type of an output not understood: double"),
    (good("()\nreturns text collate"), 6, 'not understood behind "returns": collate'),
    (good("(out a text)\nreturns text"), 6, '"returns" beside outputs'),
    (good(head=HEAD.replace("-- Role: rigger_app\n", "")), 4, "security definer without a role line"),
    (good(tail=TAIL.replace("security definer\n", "")), 4, 'what a role may execute is "security definer"'),
    (good(head=HEAD.replace("rigger_app", "rigger_read")), 4, "no such role: rigger_read"),
    (good(head=HEAD.replace("rigger_app", "rigger_app,rigger_admin")), 4, "a role line is one line, written"),
    (good(head=HEAD.replace("Role:", "role:")), 4, "a role line is one line, written"),
    (good(head=HEAD.replace("Role:", "Roles:")), 4, "a role line is one line, written"),
    (good(head=HEAD + "-- Role: rigger_admin\n"), 5, "a role line is one line, written"),
    (good(head=HEAD + "-- Not for C\n"), 5, 'written "-- Not for C: who calls it"'),
    (good(head="-- Not for C: x.\n", tail=TAIL.replace("security definer\n", "")), 1,
     '"Not for C" without a role line'),
    (good() + "create or replace function rigger.g()\nreturns text\n" + TAIL, 13,
     "a second object in this file"),
    (good() + "  CREATE FUNCTION rigger.g() returns text\n", 13, "a second object in this file"),
    (good().replace("rigger.f(p", "rigger.g(p"), 5, 'expected "rigger.f" instead of "rigger.g"'),
    (good().replace("create or replace", "create"), 5, 'expected "or" instead of "function"'),
    (good().replace("function", "procedure", 1), 5, 'expected "function" instead of "procedure"'),
    (good("\nreturns text"), 6, 'expected "(" instead of "returns"'),
    (good("(p_x text"), 5, "not understood: a parameter is written"),
    (good().replace("as $$", "AS $$"), 9, "not understood in a signature: $$"),
    (good(head="select 1;\n" + HEAD), 1,
     "neither a line of the header comment nor what it is about: select 1;"),
    (HEAD, 4, "no function in this file"),
    (QUERY.replace("in (x.p, p_name)", "in (x.p, p_nam)"), 2, "the query has no such input: p_nam"),
    (QUERY.replace("p_name_2 =", "$2 ="), 2, "the query has no such input: $2"),
    (QUERY.replace("-- Tables: v_x.", "-- Role: rigger_read"), 1, "a query has no role line"),
    (QUERY.replace("select x.a", "delete from x"), 5,
     "neither a line of the header comment nor what it is about"),
    (QUERY.replace("x.a", 'x."a"'), 5, "no comments, double quotes or backslashes in a query"),
    (QUERY.replace("x.a,", "x.a, -- a"), 5, "no comments, double quotes or backslashes in a query"),
    (QUERY.replace("returns table (", "returns setof (").replace("--   a text, b boolean)", "--   text)"), 2,
     'a query "returns table (...)"'),
    (QUERY.replace("p_name_2 bigint)", "out name_2 bigint)"), 2,
     'the outputs of a query are those of its "returns table"'),
    (QUERY.replace("b boolean)", "b boolean) stable"), 3,
     'not understood behind a query\'s "returns table": stable'),
    (QUERY.replace("b boolean)", "b foo)"), 3, "type of an output not understood: foo"),
    (QUERY.split("select")[0], 4, 'a query begins with a line "select ..."')])
def test_what_is_not_understood_ends_the_build(tmp_path, text, line, message):
    for part in ("header", "source"):
        status, _, error = generate(tmp_path, part, f=text)
        assert error.startswith(f"f.sql:{line}: {message}") and error.count("\n") == 1
        assert status == 1


def test_the_file_that_is_wrong_is_named(tmp_path):
    bad = good("(x text)\nreturns text").replace("rigger.f", "rigger.b")
    for files in ({"f": good(), "b": bad}, {"b": bad, "f": good()}):
        status, _, error = generate(tmp_path, "source", **files)
        assert status == 1
        assert error.startswith("b.sql:5: ")


def test_there_are_three_parts(tmp_path):
    status, out, error = generate(tmp_path, "all", f=good())
    assert (status, out) == (1, "")
    assert "part is header, source or grants" in error
