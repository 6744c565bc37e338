"""What the documents say of the program is so, where that can be looked up: settings,
commands, rooms, links."""

import html
import os
import re
import subprocess

import pytest

from harness.stack import BUILD, SOURCE

DOCUMENTS = sorted(
    [name for name in os.listdir(SOURCE) if name.endswith(".md")] +
    [os.path.relpath(os.path.join(folder, name), SOURCE)
     for folder, _, names in os.walk(os.path.join(SOURCE, "docs"))
     for name in names if name.endswith(".md")])
# Outside of code: [text](target).
LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")
# A document that a comment names, and perhaps a section of it: docs/contract.md, "Port probe".
CITED = re.compile(r'([\w./-]+\.md)\b(?:, "([^"]+)")?')
COMMENT_MARKS = re.compile(r"\n[ \t]*(?:\*|//|#|--)?[ \t]*")


def read(path):
    """A file of the repository."""
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def without_code(text):
    """The text of a document without its blocks and spans of code."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^ {4}.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def titles(path):
    """The titles of a document's sections."""
    text = re.sub(r"^```.*?^```$", "", read(path), flags=re.MULTILINE | re.DOTALL)
    return [title.strip() for title in re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)]


def anchor(title):
    """What the title is called in a link: as GitHub and most others make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def settings_in_the_program():
    """The rows that docs/settings.md should have, made from what the program prints of its own table."""
    dump = subprocess.run([os.path.join(BUILD, "rigger"), "dump-config"], capture_output=True,
                          text=True, check=False,
                          env={"PATH": os.environ["PATH"], "RIGGER_CONFIG": "/dev/null", **REQUIRED}).stdout
    section, rows = None, []
    for block in dump.split("\n\n"):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith("["):
            section = lines.pop(0).strip("[]")
        if len(lines) != 3:
            continue
        doc, facts, key = lines[0].removeprefix("# "), lines[1].removeprefix("# "), lines[2].split(" =")[0]
        *allowed, default = facts.removesuffix("; a change needs a restart").split("; ")
        default = default.removeprefix("default: ")
        shown = {"required": "**required**", "empty": "empty"}.get(default, f"`{default}`")
        text = html.escape(doc, quote=False) + "".join(f" ({words})" for words in allowed)
        restart = " ↻" if facts.endswith("restart") else ""
        rows.append(f"| `{section}.{key}` | {shown} | {text}{restart} |")
    return rows


REQUIRED = {
    "RIGGER_DATABASE_DSN": "host=nowhere", "RIGGER_LAUNCH_PUBLIC_URL": "https://api.example.org",
    "RIGGER_LAUNCH_VALIDATOR_SS58": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
    "RIGGER_LAUNCH_LAUNCH_SECRET": "c2b9f0d1a7e84c53", "RIGGER_LAUNCH_IP_CHECK_SALT": "71d3be02f96a4c58",
    "RIGGER_ATTESTATION_ENVIRONMENT": "none", "RIGGER_ATTESTATION_FILESYSTEM": "none",
}


def test_the_table_of_settings_is_the_program_s():
    rows = settings_in_the_program()
    assert len(rows) > 30
    assert [line for line in read("docs/settings.md").splitlines() if line.startswith("| `")] == rows


def test_the_readme_is_short_and_begins_with_the_two_commands():
    readme = read("README.md").splitlines()
    assert len(readme) < 120
    commands = [line.split("#")[0].strip() for line in readme[:18] if line.startswith("    ")]
    assert commands == ["./dev demo", "./dev test"]


def test_every_test_that_the_page_of_threats_names_exists():
    table = [line for line in read("docs/threats.md").splitlines() if line.startswith("| ")]
    cited = {name for line in table
             for name in re.findall(r"`([^`]+)`", line.rstrip(" |").rpartition("|")[2])}
    there = set()
    for folder, _, names in os.walk(os.path.join(SOURCE, "tests")):
        below = os.path.relpath(folder, SOURCE)
        there |= {below, *names, *(os.path.join(below, name) for name in names)}
        for name in names:
            if name.endswith((".py", ".c")):
                there.update(re.findall(r"^(?:def |START_TEST\()(\w+)", read(os.path.join(below, name)),
                                        re.MULTILINE))
    assert len(cited) > 20 and not cited - there



@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    broken = []
    for target in LINK.findall(without_code(read(document))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
        if not os.path.exists(os.path.join(SOURCE, path)):
            broken.append(target)
        elif fragment and fragment not in map(anchor, titles(path)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_of_dev_that_a_document_names_exists(document):
    known = re.findall(r"^cmd_(\w+)\(\)", read("dev"), re.MULTILINE)
    named = re.findall(r"\./dev ([a-z]+)\b", read(document))
    assert [name for name in named if name not in known] == []


def test_dev_help_tells_of_every_command():
    known = set(re.findall(r"^cmd_(\w+)\(\)", read("dev"), re.MULTILINE)) - {"help"}
    told = set(re.findall(r"^  ([a-z]+)\b", read("dev").split("./dev COMMAND", 1)[1].split("\nTXT", 1)[0],
                          re.MULTILINE))
    assert told == known


def test_every_document_is_in_the_index():
    index = read("docs/README.md")
    missing = [path for path in DOCUMENTS if path.startswith("docs/") and path != "docs/README.md"
               and f"]({os.path.relpath(path, 'docs')})" not in index]
    assert missing == []


def test_the_rooms_of_the_architecture_are_those_of_the_list():
    listed = [line.split(None, 1) for line in read("src/rooms.list").splitlines() if line.strip()
              and not line.startswith("#")]
    told = re.findall(r"^\| `(\w+)/` \| (.+) \|$", read("docs/architecture.md"), re.MULTILINE)
    assert [list(row) for row in told] == listed


def cited(path):
    """The documents and sections that a file names; a comment's line breaks count as spaces."""
    return CITED.findall(COMMENT_MARKS.sub(" ", read(path)))


def test_comments_cite_documents_and_sections_that_are_there():
    files = ["dev"] + [os.path.relpath(os.path.join(folder, name), SOURCE)
                       for room in ("src", "sql", "web", "nginx", "apache", "systemd", "tests")
                       for folder, _, names in os.walk(os.path.join(SOURCE, room))
                       if not {"vectors", "seeds"} & set(os.path.relpath(folder, SOURCE).split(os.sep))
                       for name in names if not name.endswith((".pyc", ".json"))
                       and name != os.path.basename(__file__)]
    wrong = [(path, document, section) for path in files for document, section in cited(path)
             if document not in DOCUMENTS or section and section not in titles(document)]
    assert len(files) > 300 and wrong == []


def test_the_table_of_limits_is_the_database_s(stack):
    limits = {row["name"]: (f"{row['initial']:f} {row['unit'].replace('factor', '')}".strip(), row["purpose"])
              for row in stack.postgres.execute("select name, initial, unit, purpose from rigger.limits")}
    told = {name: (initial, purpose) for name, initial, purpose in
            re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \| ([^|]+) \|$", read("docs/data.md"), re.MULTILINE)
            if "." in name}
    assert told == limits


@pytest.mark.parametrize("page", ["rigger.8", "riggerctl.1", "rigger-miner.1"])
def test_a_man_page_names_every_command_and_option(page):
    program = page.split(".")[0]
    told = subprocess.run([os.path.join(BUILD, program), "--help"], capture_output=True,
                          text=True, check=True).stdout
    words = set(re.findall(r"^  ([a-z]+(?:-[a-z]+)*)(?: |$)", told, re.MULTILINE)
                + re.findall(r"--[a-z]+(?:-[a-z]+)*", told))
    manual = read(os.path.join("man", page)).replace("\\-", "-")
    assert len(words) > 4 and [word for word in sorted(words) if word not in manual] == []


def test_the_contract_tells_of_every_endpoint():
    contract, missing = read("docs/contract.md"), []
    for name in os.listdir(os.path.join(SOURCE, "src/endpoints")):
        for method, path in re.findall(r'\.method = HTTP_(\w+),\s+\.path = "([^"]+)"',
                                       read(f"src/endpoints/{name}")):
            if f"`{method} {path}`" not in contract and not path.startswith("/docs/docs."):
                missing.append((method, path))
    assert missing == []
