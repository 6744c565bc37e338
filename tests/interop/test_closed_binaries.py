"""The closed binaries that the network's SDK brings, as they come from PyPI, behind the providers that are
for them: `cfsv` behind `filesystem = command`, and dumps that `envdump.so`
made behind `environment = command`.

Both run on a CPU, as ordinary programs, and need nothing of the network's. What cannot be run:

- `envdump.so` makes dumps, and exports `decrypt`, but opens nothing, its own dumps neither: it wants
  the network's secret in its variable ENVDUMP_UNLOCK, which nobody publishes. Tried: every version below,
  with the key under which the dump had just been made; the answer is NULL. So the way of a real dump is
  held up to the library. What a program does that opens it, tests/http/test_environment_command.py plays.
- `cfsv collect`, with which the network keeps images as data, wants a secret too (CFSV_OP): it says
  "Authentication failed". The digest of the unpacked image is the same one, and needs none.
- `cfsv index` of 0.3.60 dies of an illegal instruction behind its work: the index is written, and read here.
"""

import base64
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from harness.client import Api
from harness.dumping_pod import MASTER_KEY, SALT, DumpingPod
from harness.stack import BUILD, Stack

NETWORK = os.environ.get("RIGGER_TEST_NETWORK", "")
VERSIONS = ["0.3.0", "0.3.30", "0.3.45", "0.3.60"]

# What docs/beside-chutes.md tells an operator to write, with ctypes in the place of the package, whose import
# wants a web framework. It notes what came in.
OPENER = r'''#!/usr/bin/python3
import ctypes, json, sys

library = ctypes.CDLL(sys.argv[1])
library.decrypt.restype = ctypes.c_void_p
library.decrypt.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p]


def document(key, dump):
    key = bytes.fromhex(key)
    opened = library.decrypt(key, len(key), dump.encode())
    return json.loads(ctypes.string_at(opened)) if opened else None


for line in sys.stdin:
    asked = json.loads(line)
    with open(sys.argv[2], "w", encoding="ascii") as seen:
        json.dump(asked, seen)
    answer = {"id": asked["id"]}
    documents = {name: document(asked["env_key"], asked[name]) for name in ("env", "code")}
    if documents["env"] is None:
        answer["refused"] = "environment_unreadable"
    elif documents["code"] is None:
        answer["refused"] = "code_unreadable"
    else:
        answer.update(documents)
    print(json.dumps(answer), flush=True)
'''


def package(version):
    """Where ./dev interop has put that version of the SDK."""
    return os.path.join(NETWORK, "chutes", version, "chutes")


def place():
    """A directory in the build's, which must not be below /tmp: the tool of 0.3.0 does not start there."""
    directory = tempfile.mkdtemp(prefix="closed-", dir=BUILD)
    os.chmod(directory, 0o755)
    return directory


@pytest.fixture(scope="module", params=VERSIONS)
def binaries(request):
    """(cfsv, envdump.so) of a version, where anybody may run them."""
    directory = place()
    cfsv, library = os.path.join(directory, "cfsv"), os.path.join(directory, "envdump.so")
    shutil.copy(os.path.join(package(request.param), "cfsv"), cfsv)
    shutil.copy(os.path.join(package(request.param), "envdump", "envdump.so"), library)
    os.chmod(cfsv, 0o755)
    yield cfsv, library
    shutil.rmtree(directory)


def make_image(directory):
    """A small image, unpacked."""
    for name, content in {"app/app.py": b"import chutes\n", "usr/lib/lib.so": os.urandom(70000),
                          "usr/bin/tool": os.urandom(3000), "etc/passwd": b"chutes:x:1000:1000::/:/bin/sh\n",
                          "home/chutes/a.py": b"print(1)\n"}.items():
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    for folder in ("proc", "dev"):
        os.makedirs(os.path.join(directory, folder))


def in_pod(image, cfsv, *words):
    """cfsv in a pod whose root is the image."""
    return subprocess.run(["bwrap", "--bind", image, "/", "--proc", "/proc", "--dev", "/dev",
                           "--ro-bind", cfsv, "/cfsv", "--", "/cfsv", *words], capture_output=True, text=True,
                          check=False)


def digest_of_pod(image, cfsv, salt):
    """What the SDK's claim has in `fsv`."""
    said = in_pod(image, cfsv, "challenge", "/", salt, "full", "/etc/chutesfs.index", "/app/app.py")
    result, = [line for line in said.stdout.splitlines() if line.startswith("RESULT:")]
    return result.removeprefix("RESULT:")


def test_a_pod_s_digest_is_what_the_network_s_own_tool_computes_here(binaries):
    cfsv, _ = binaries
    images = place()

    def change(settings):
        image = f"{images}/{{image_id}}"
        settings["attestation"].update(
            filesystem="command", filesystem_command=f"{cfsv} challenge {image} {{salt}} full"
            f" {image}/etc/chutesfs.index {image}{{exclude}}")

    try:
        with Stack(change) as stack:
            miner, chute = stack.network.miner(gpus=1), stack.network.chute(chutes_version="0.3.5")
            row, = stack.postgres.execute("select image_id, filename from public.chutes where chute_id = %s",
                                          (chute,))
            assert row["filename"] == "app.py"
            image = os.path.join(images, row["image_id"])
            make_image(image)
            in_pod(image, cfsv, "index", "/", "/etc/chutesfs.index")
            launch = Api(stack).launch(miner, chute)
            # The miner's pod has other code in the file that is left out, and nothing else.
            pod = image + "-pod"
            shutil.copytree(image, pod)
            with open(os.path.join(pod, "app/app.py"), "w", encoding="ascii") as code:
                code.write("import others\n")
            answer = launch.claim(miner.gpus, fsv=digest_of_pod(pod, cfsv, launch.config_id))
            assert answer.status == 200, stack.responder.log()
            with open(os.path.join(pod, "usr/bin/tool"), "wb") as tool:
                tool.write(os.urandom(3000))
            miner = stack.network.miner(gpus=1)
            launch = Api(stack).launch(miner, chute)
            answer = launch.claim(miner.gpus, fsv=digest_of_pod(pod, cfsv, launch.config_id))
            assert answer.status == 403
    finally:
        shutil.rmtree(images)


def real_dumps(library, key):
    """What the SDK sends as `env` and `code`, made by its library in a process of its own."""
    script = ("import ctypes, json, sys\n"
              "library, key = ctypes.CDLL(sys.argv[1]), bytes.fromhex(sys.argv[2])\n"
              "library.dump.restype = library.slurp.restype = ctypes.c_void_p\n"
              "library.dump.argtypes = [ctypes.c_char_p, ctypes.c_size_t]\n"
              "library.slurp.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p,"
              " ctypes.c_size_t, ctypes.c_size_t]\n"
              "dumps = library.dump(key, len(key)), library.slurp(key, len(key), b'/etc/hostname', 0, 0)\n"
              "print(json.dumps([ctypes.string_at(dump).decode() for dump in dumps]))\n")
    made = subprocess.run([sys.executable, "-c", script, library, key], capture_output=True, text=True,
                          check=True)
    env, code = json.loads(made.stdout)
    return {"env": env, "code": code}


def claim(pod, dumps):
    """The pod's claim, with real dumps."""
    return pod.launch.claim(pod.miner.gpus, **dumps)


def test_real_dumps_reach_the_network_s_library_as_they_are(binaries, tmp_path):
    _, library = binaries
    directory = place()
    opener, seen = os.path.join(directory, "opener"), os.path.join(directory, "seen")
    with open(opener, "w", encoding="ascii") as program:
        program.write(OPENER)
    os.chmod(opener, 0o755)

    def change(settings):
        settings["attestation"].update(
            environment="command", environment_command=f"{opener} {library} {seen}",
            environment_command_keep="true")

    try:
        with Stack(change) as stack:
            pod = DumpingPod(stack)
            dumps = real_dumps(library, pod.env_key)
            for dump in dumps.values():
                raw = base64.b64decode(dump, validate=True)
                assert raw[0] <= 1 and len(raw) % 16 == 1, "the format that docs/attestation.md tells"
            answer = claim(pod, dumps)
            with open(seen, encoding="ascii") as told:
                asked = json.load(told)
            assert {**dumps, "env_key": pod.env_key} == {name: asked[name] for name in asked if name != "id"}
            # Without the network's secret the library opens nothing, and the program says so.
            assert (answer.status, pod.failed()) == (403, True)
    finally:
        shutil.rmtree(directory)


def test_the_older_format_is_another_one():
    library = os.path.join(package(VERSIONS[0]), "envdump", "envdump.so")

    def change(settings):
        settings["attestation"].update(environment="old_env_dump", old_env_dump_master_key=MASTER_KEY,
                                       old_env_dump_salt=SALT)

    with Stack(change) as stack:
        pod = DumpingPod(stack)
        assert (claim(pod, real_dumps(library, pod.env_key)).status, pod.failed()) == (403, True)
        assert DumpingPod(stack).claim().status == 200


def test_the_library_exports_what_an_operator_s_program_calls(binaries):
    _, library = binaries
    exported = ctypes.CDLL(library)
    for name in ("dump", "slurp", "decrypt", "free"):
        assert hasattr(exported, name)
