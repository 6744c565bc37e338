"""The program of an operator who can open the dumps of his pods: what `environment_command` runs in the
tests. Its cipher is a toy, base64 of JSON; what else it does is said in the code's member `harm`. Every
start, and the process that it is the child of, goes into a file."""

OPENER = r'''#!/usr/bin/python3
import base64, json, os, signal, subprocess, sys, time

KEEP = len(sys.argv) > 2


def note(text):
    with open(sys.argv[1], "a", encoding="ascii") as notes:
        notes.write(f"{os.getpid()} {os.getppid()} {text}\n")


def put(answer, end="\n"):
    sys.stdout.write((answer if isinstance(answer, str) else json.dumps(answer)) + end)
    sys.stdout.flush()


def opened(text):
    try:
        document = json.loads(base64.b64decode(text, validate=True))
        return document if isinstance(document, dict) else None
    except ValueError:
        return None


def answer(line):
    question = json.loads(line)
    assert sorted(question) == ["code", "env", "env_key", "id"]
    env, code = opened(question["env"]), opened(question["code"])
    if env is None or env.pop("key") != question["env_key"]:
        return put({"id": question["id"], "refused": "environment_unreadable"})
    if code is None:
        return put({"id": question["id"], "refused": "code_unreadable"})
    right = {"id": question["id"], "env": env, "code": code}
    harm = code.pop("harm", None)
    note(f"asked {harm}")
    if harm == "garbage":
        put("\x00\xff{")
    elif harm == "flood":
        while True:
            put("a" * 65536, "")
    elif harm == "silence":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1000)
    elif harm == "death":
        put("{\"id\":", "")
        os.kill(os.getpid(), signal.SIGKILL)
    elif harm == "failure":
        put(right)
        sys.exit(1)
    elif harm == "another id":
        put({**right, "id": "0" * 32})
    elif harm == "another pass":
        put({**right, "passed": True})
    elif harm == "more":
        put(json.dumps(right) + "\n" + json.dumps(right))
    elif harm == "grandchild":
        subprocess.Popen(["sleep", "1000"])
        put(right)
    elif harm == "late":
        time.sleep(4)
        put(right)
    else:
        put(right)


note("started")
for line in sys.stdin:
    answer(line)
    if not KEEP:
        break
'''
