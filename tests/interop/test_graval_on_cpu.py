"""Device challenges that the background verification makes, answered and judged by GraVal's own libraries.

Run by ./dev interop, which installs them. harness/graval_cpu.py says how they run without a GPU, and what
of GraVal cannot be had this way. The pod is ours (harness/old_pod.py): the SDKs that are asked these need
GraVal 0.0.6, which links CUDA.
"""

import pytest

from harness.announced import Announced, settings_of
from harness.graval_cpu import GravalOnCpu
from harness.graval_stub import Stub
from harness.stack import Stack

UUID = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def graval(tmp_path_factory):
    """The libraries."""
    with GravalOnCpu(str(tmp_path_factory.mktemp("graval")), UUID) as libraries:
        yield libraries


@pytest.fixture
def verdict_on(graval):
    """The verdict on a pod whose device is the one of the libraries; node: what the database says of it."""
    def verdict(**node):
        service, pods = Stub(), []
        service.judge_devices = graval.judge
        try:
            with Stack(settings_of(service)) as stack:
                def change(_files):
                    for column, value in node.items():
                        stack.postgres.execute(f"update public.nodes set {column} = %s", (value,))

                announced = Announced(stack, pods, change=change, gpu_count=1, devices_say=graval.answer)
                return announced.verdict()
        finally:
            for pod in pods:
                pod.close()
            service.close()
    return verdict


def test_the_libraries_take_our_challenges_and_the_right_answers(verdict_on):
    assert verdict_on() == ("passed", None)


def test_the_libraries_tell_another_gpu_apart(verdict_on):
    state, failure = verdict_on(name="NVIDIA A4000", processors=48)
    assert state == "failed" and failure is not None
