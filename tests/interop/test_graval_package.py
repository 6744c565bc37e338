"""The shapes of GraVal, held against its own package from PyPI. Run by ./dev interop, which installs it.

Its libraries need a GPU, so that what they compute is not had here: what the package makes of their
structures and demands of what it is given is.
"""

import ctypes
import types

import graval
from graval.structures import GraValDeviceInfo, GraValMinerWorkProduct

from harness.graval_stub import proof_of, real_product

UUID = "0123456789abcdef0123456789abcdef"
DEVICE = {"uuid": UUID, "name": "GPU", "memory": 1 << 36, "processors": 132, "clock_rate": 1980.0,
          "max_threads_per_processor": 2048}


def filled(product):
    """The structure that the miner's library would fill in with those hashes."""
    hashes = [(ctypes.c_ubyte * 32)(*bytes.fromhex(one)) for one in product["intermediate_hashes"]]
    pointers = (ctypes.POINTER(ctypes.c_ubyte) * len(hashes))(
        *(ctypes.cast(one, ctypes.POINTER(ctypes.c_ubyte)) for one in hashes))
    structure = GraValMinerWorkProduct(
        final_matrix=None, num_matrices=product["num_matrices"], total_iterations=product["total_iterations"],
        intermediate_hashes=ctypes.cast(pointers, ctypes.POINTER(ctypes.POINTER(ctypes.c_ubyte))))
    structure.kept = (hashes, pointers)
    return structure


def test_our_stub_s_proof_is_what_the_package_makes():
    product = real_product(4711, 5)
    device = GraValDeviceInfo.from_dict(DEVICE)
    structure = filled(product)
    device.work_product = ctypes.pointer(structure)
    miner = object.__new__(graval.Miner)
    miner._device_count, miner._seed = 1, 4711
    miner._lib = types.SimpleNamespace(gather_device_info=lambda *_: ctypes.pointer(device))
    assert miner.prove(4711, 5) == {UUID: proof_of(UUID, product)}


def test_the_package_s_validator_takes_our_stub_s_proof():
    seen = []

    def check(_device, seed, iteration, product, index):
        seen.append((seed.value, iteration.value, index.value, product._obj.to_dict()))
        return True

    validator = object.__new__(graval.Validator)
    validator._lib = types.SimpleNamespace(validator_check_proof=check)
    assert validator.check_proof(DEVICE, 4711, 0, real_product(4711, 5))
    assert seen == [(4711, 0, 0, real_product(4711, 5))]
