"""The catalogue of refusals: what its script understands, and that everybody who names
a refusal means one of it."""

import os
import re
import subprocess

import pytest

from harness.stack import SOURCE

AWK = os.path.join(SOURCE, "src/make/refusals.awk")
LIST = os.path.join(SOURCE, "src/core/refusals.list")


def read(path):
    """The text of a file of the source."""
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def files(folder, ending):
    """Paths of the files below a folder of the source."""
    return [os.path.join(here, name) for here, _, names in os.walk(os.path.join(SOURCE, folder))
            for name in names if name.endswith(ending)]


def make(form, catalogue):
    """What the script makes of a catalogue (a path, or a text), its outcome."""
    is_path = os.path.exists(catalogue)
    return subprocess.run(["awk", "-v", f"form={form}", "-f", AWK, catalogue if is_path else "-"],
                          text=True, check=False, input=None if is_path else catalogue, capture_output=True)


@pytest.fixture(name="catalogue", scope="module")
def read_catalogue():
    """code -> (HTTP status or None, public text), read apart from the script."""
    lines = [line.split(maxsplit=2) for line in read(LIST).splitlines() if line and not line.startswith("#")]
    return {code: (None if status == "-" else int(status), text) for code, status, text in lines}


@pytest.mark.parametrize("line", [
    "gpu_in_use GPU {} is in use",
    "gpu_in_use 200 GPU {} is in use",
    "gpu_in_use 4090 GPU {} is in use",
    "gpu_in_use 409",
    "gpu_in_use 409 ",
    "Gpu_in_use 409 GPU {} is in use",
    "gpu-in-use 409 GPU {} is in use",
    " gpu_in_use 409 GPU {} is in use",
    "gpu_in_use 409 GPU {} is in use by {}",
    "gpu_in_use 409 GPU {uuid} is in use",
    "gpu_in_use 409 GPU } is in use",
    "gpu_in_use 409 GPU {} is in \"use\"",
    "gpu_in_use 409 GPU {} is in use\\n",
    "gpu_in_use 409 GPU {} | is in use",
    "gpu_in_use 409 GPU {} is in use ",
    "gpu_in_use 409 GPU\t{} is in use",
    "gpu_in_use 409 GPU {} is in Gebräuch",
    "none 409 none",
    "x 400 x",
])
def test_a_line_that_is_not_understood_fails_the_build(line):
    for form in ("c", "sql", "markdown"):
        made = make(form, f"# a comment\n\nx 400 the first\n{line}\n")
        assert made.returncode == 1 and made.stdout == "", line
        assert re.match(r"\S*:4: .", made.stderr), made.stderr


def test_no_refusals_and_no_such_form_fail_the_build():
    assert make("c", "# nothing\n").returncode == 1
    assert make("pascal", LIST).returncode == 1


def test_all_three_forms_say_what_the_list_says(catalogue):
    c = re.findall(r'^    X\((\w+), "(\w+)", (\d+), "([^"]*)"\)', make("c", LIST).stdout, re.M)
    assert {code: (int(status) or None, text) for _, code, status, text in c} == catalogue
    assert all(name == code.upper() for name, code, _, _ in c)
    sql = re.findall(r"^  \('(\w+)', (\w+), '((?:[^']|'')*)'\)", make("sql", LIST).stdout, re.M)
    assert {code: (None if status == "null" else int(status), text.replace("''", "'"))
            for code, status, text in sql} == catalogue
    rows = re.findall(r"^\| `(\w+)` \| (\d*) \| (.*) \|$", make("markdown", LIST).stdout, re.M)
    assert {code: (int(status) if status else None, text) for code, status, text in rows} == catalogue


def test_the_database_has_the_catalogue(stack, catalogue):
    rows = stack.postgres.execute("select code, http_status, public_text from rigger.refusals")
    assert {row["code"]: (row["http_status"], row["public_text"]) for row in rows} == catalogue


def said_by_web_servers():
    """What nginx and Apache answer themselves: status and text."""
    return re.findall(r"(?:return|ErrorDocument) (\d+) '\{\"detail\": \"([^\"]*)\"\}'",
                      read("nginx/rigger_answers") + read("apache/rigger.conf") + read("apache/htaccess"))


def test_what_the_web_servers_say_themselves_is_in_the_catalogue(catalogue):
    said = said_by_web_servers()
    assert len(said) > 6
    for status, text in said:
        assert (503 if status in ("500", "502", "504") else int(status), text) in catalogue.values()


# A code where a SQL function or view gives one away.
GIVEN = re.compile(r"\b(?:refusal|failure) := '(\w+)'"
                   r"|fail_launch_config\([^,]+, '(\w+)'"
                   r"|refusal_text\('(\w+)'"
                   r"|\.failure (?:is not distinct from|=|:=) '(\w+)'")


def read_functions():
    """Name of a SQL function -> its text without comments."""
    return {os.path.basename(path)[:-len(".sql")]: re.sub(r"--.*", "", read(path))
            for path in files("sql/functions", ".sql")}


def literals(text, catalogue):
    """The codes that stand in a text of SQL."""
    return {word for word in re.findall(r"'(\w+)'", text) if word in catalogue}


def test_every_code_that_sql_gives_is_in_the_catalogue(catalogue):
    given = {(os.path.basename(path), code) for path in files("sql/functions", ".sql")
             + files("sql/views", ".sql")
             for found in GIVEN.findall(read(path)) for code in found if code}
    assert len(given) > 30
    assert [(name, code) for name, code in given if code not in catalogue] == []


def test_no_code_of_the_catalogue_is_dead(catalogue):
    """C cannot name a code that there is not: the compiler sees to that."""
    in_c = {name.lower() for path in files("src", (".c", ".h"))
            for name in re.findall(r"\bREFUSAL_([A-Z0-9_]+)\b", read(path))
            if not path.endswith("endpoints/refusals.h")}
    in_sql = set().union(*(literals(read(path), catalogue)
                           for path in files("sql/functions", ".sql") + files("sql/views", ".sql")))
    said = {text for _, text in said_by_web_servers()}
    in_configurations = {code for code, (_, text) in catalogue.items() if text in said}
    assert set(catalogue) - in_c - in_sql - in_configurations == set()


def closure(functions, names):
    """The SQL functions that these call, and so on, and these."""
    reached, left = set(), set(names)
    while left:
        name = left.pop()
        reached.add(name)
        left |= set(re.findall(r"\brigger\.(\w+)\(", functions[name])) & set(functions) - reached
    return reached


def test_an_endpoint_documents_what_its_functions_refuse_and_nothing_else(api, catalogue):
    """What refuses in SQL is found in the functions that its file and launch/ call;
    the rest refuses in the checks of C."""
    functions = read_functions()
    helpers = {"claim_launch_config": ["src/launch/claim.c"],
               "verify_launch_config": ["src/launch/attempt.c"]}
    in_checks = {name.lower() for folder in ("src/attest", "src/auth", "src/http", "src/server",
                                             "src/endpoints/openapi_document.c")
                 for path in (files(folder, ".c") or [folder])
                 for name in re.findall(r"\bREFUSAL_([A-Z0-9_]+)\b", read(path))}
    document = api.request("GET", "/openapi.json").json
    for methods in document["paths"].values():
        for operation in methods.values():
            name = operation["operationId"]
            text = "".join(read(path) for path in [f"src/endpoints/{name}.c", *helpers.get(name, [])])
            called = closure(functions,
                             {call for call in re.findall(r"\bdb_(\w+)\(", text) if call in functions})
            documented = {(int(status), said) for status, answer in operation["responses"].items()
                          for said in answer["description"].split(" / ")}
            refused = set().union(*(literals(functions[function], catalogue) for function in called))
            if operation["security"] == [{"launch_token": []}]:
                # Of a signed request: the hotkey of a launch config signs nothing here.
                refused.discard("signature_used")
            refused = {catalogue[code] for code in refused if catalogue[code][0] is not None}
            assert refused <= documented, f"{name} does not document {refused - documented}"
            listed = {catalogue[code.lower()] for code in re.findall(r"\bREFUSAL_([A-Z0-9_]+)\b", text)
                      if code != "NONE"}
            assert listed <= refused | {catalogue[code] for code in in_checks if code in catalogue}, name


def test_the_contract_has_the_table():
    table = read("docs/contract.md").split("<!-- refusals -->\n\n")[1].split("\n\n")[0] + "\n"
    assert table == make("markdown", LIST).stdout, "paste what ./dev refusals prints"


def test_no_public_text_is_written_elsewhere(catalogue):
    """A sentence of the catalogue in a C source is a second one, of the same meaning today."""
    twice = [(path, text) for path in files("src", (".c", ".h")) for _, text in catalogue.values()
             if len(text.split()) > 3 and f'"{text}"' in read(path)]
    assert not twice
