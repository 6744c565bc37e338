"""What is played inside a pod that runs the network's own SDK (harness/sdk_pod.py), where a machine without a
GPU and without the internet cannot have the thing itself. Python runs this file first, by its name,
because the pod's PYTHONPATH begins here.

This is the whole list; each is played at its narrowest point:

- The GPU library. `graval.base` loads a shared library that computes on a GPU; it gets `Gpu` in its place,
  an object with the same functions that makes keys and hashes as harness/graval_stub.py expects them. All
  that GraVal's Python does with the library's structures stays its own.
- The network's proxy, from 0.3.60 on. The SDK sees that its network guard works by one request to the
  proxy, which has to succeed, and nothing of a test reaches the internet. aiohttp answers it.
- `cfsv`, the closed program that walks the filesystem of the network's images, which is not this one. It
  is not played here: harness/sdk_pod.py lays sdk_stage/cfsv.sh over it.

The closed libraries run as they are: `envdump.so`, and from 0.3.45 and 0.3.60 on `chutes-netnanny.so`,
preloaded as the images have it, and `chutes-inspecto.so`. PID 1, /app and /proc are those of a container.
"""

import contextlib
import ctypes
import hashlib
import importlib.machinery
import os
import sys

PLAYED = {}


def plays(module):
    """Registers what is done to a module as soon as it is loaded."""
    def register(function):
        PLAYED[module] = function
        return function
    return register


class Finder:
    """Lets everybody else find a module, and has it changed after it is loaded."""

    def find_spec(self, name, path=None, target=None):
        """For the modules of PLAYED alone."""
        if name not in PLAYED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None:
            return None
        load, change = spec.loader.exec_module, PLAYED.pop(name)

        def load_and_change(module):
            load(module)
            change(module)
        spec.loader.exec_module = load_and_change
        return spec


class Function:
    """A function of a library: the two attributes that ctypes knows, and what it does."""

    def __init__(self, does):
        self.argtypes = self.restype = None
        self.does = does

    def __call__(self, *arguments):
        return self.does(*arguments)


class Gpu:
    """The miner's library of GraVal, 0.0.6 and 0.2.6, with the GPUs that the environment names."""

    def __init__(self, path):
        from harness import graval_stub, old_pod
        from graval import structures
        self.stub, self.unseal, self.structures = graval_stub, old_pod.unseal, structures
        self.path, self.uuids = path, os.environ["RIGGER_POD_GPUS"].split(",")
        self.seed = self.work = None
        self.kept = []

    def __getattr__(self, name):
        function = Function(getattr(self, "do_" + name))
        setattr(self, name, function)
        return function

    def keep(self, value):
        """A pointer to it, which lives as long as we do."""
        self.kept.append(value)
        return ctypes.pointer(value)

    def text(self, text):
        """A string as the library returns them."""
        buffer = ctypes.create_string_buffer(text.encode())
        self.kept.append(buffer)
        return ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char))

    def do_free(self, _pointer):
        """We keep everything."""

    def do_initialize_node(self, seed=None):
        """Before 0.1 the seed comes here."""
        self.seed = None if seed is None else seed.value
        return len(self.uuids)

    def do_shutdown_node(self):
        """Nothing is held."""

    def do_generate_challenge_matrices(self, seed, iterations):
        """The work itself."""
        self.seed = seed.value
        self.work = self.stub.real_product(self.seed, iterations.value)
        return 1

    def do_gather_device_info(self, index, _error):
        """A GPU, with its work once there is some."""
        device = self.structures.GraValDeviceInfo()
        device.name, device.uuid = b"NVIDIA H100 80GB HBM3", self.uuids[index.value].encode()
        device.memory, device.processors, device.clock_rate = 85899345920, 132, 1980000.0
        device.max_threads_per_processor = 2048
        if self.work is not None:
            device.work_product = self.keep(self.product())
        return self.keep(device)

    def product(self):
        """The work as the library's structure."""
        pointer = ctypes.POINTER(ctypes.c_ubyte)
        hashes = [(ctypes.c_ubyte * 32)(*bytes.fromhex(one)) for one in self.work["intermediate_hashes"]]
        table = (pointer * len(hashes))(*(ctypes.cast(one, pointer) for one in hashes))
        self.kept.extend([hashes, table])
        return self.structures.GraValMinerWorkProduct(
            final_matrix=None, num_matrices=self.work["num_matrices"],
            total_iterations=self.work["total_iterations"],
            intermediate_hashes=ctypes.cast(table, ctypes.POINTER(pointer)))

    def do_miner_decrypt(self, sealed, _index):
        """What was sealed for a GPU under the seed."""
        sealed = sealed._obj
        cipher = ctypes.string_at(sealed.ciphertext, sealed.length)
        iv = bytes(sealed.initialization_vector)
        return self.text(self.unseal(self.stub.key_of(self.seed), iv, cipher))

    def do_miner_device_info_challenge(self, challenge):
        """64 characters, as the library has them."""
        return self.text(self.stub.devices_say(ctypes.string_at(challenge).decode()))

    def do_miner_filesystem_challenge(self, name, offset, length):
        """SHA-256 of a piece of a file."""
        with open(ctypes.string_at(name), "rb") as file:
            file.seek(offset.value)
            return self.text(hashlib.sha256(file.read(length.value)).hexdigest())

    def do_miner_encrypt(self, *_):
        """Nobody asks for it."""
        raise NotImplementedError

    do_miner_matrix_challenge = do_miner_encrypt


@plays("graval.base")
def play_gpu(module):
    """See above."""
    module.CDLL = Gpu


class Ponged:
    """The proxy's answer."""

    async def text(self):
        """As long as it is one."""
        return "pong"


@plays("aiohttp.client")
def play_proxy(module):
    """See above."""
    get = module.ClientSession.get

    @contextlib.asynccontextmanager
    async def pong():
        yield Ponged()

    def get_or_pong(self, url, **options):
        return pong() if str(url).startswith("https://proxy.chutes.ai/") else get(self, url, **options)
    module.ClientSession.get = get_or_pong


sys.meta_path.insert(0, Finder())
