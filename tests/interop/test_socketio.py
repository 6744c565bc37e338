"""What the relay publishes, heard by clients of a real socket server: python-socketio from PyPI, on both
sides.

Run by ./dev interop. The network's own socket servers are no package: what they do with a message of the
two channels is played here (`serve`), which is little: what is in `events` they emit to everybody, what
is in `miner_broadcast` to the rooms of its recipients. Server, client and the Redis manager, by which
servers of one network share their clients, are the package's; the manager uses the Redis that the relay
publishes to.
"""

import asyncio
import contextlib
import json

import pytest
import redis.asyncio
import socketio
import uvicorn

from harness.client import Api
from harness.processes import HANG_S, HeldPort
from harness.redis_server import PASSWORD
from harness.relayed import PRIVATE, PUBLIC, relayed_stack


@pytest.fixture(scope="module")
def relayed():
    """A stack whose events go to a Redis, and the Redis' address."""
    with relayed_stack() as (running, server):
        yield running, f"unix://:{PASSWORD}@{server.path}"


def live(stack, miner):
    """A whole life of an instance of that miner."""
    api, chute = Api(stack), stack.network.chute()
    launch = api.hot(miner, chute)
    assert api.delete(miner, chute, launch.instance_id).status == 200
    return launch.instance_id


async def serve(sio, url, ready):
    """A socket server's listener to the network's channels."""
    async with redis.asyncio.from_url(url) as client, client.pubsub() as subscription:
        await subscription.subscribe("events", "miner_broadcast")
        ready.set()
        async for message in subscription.listen():
            if message["type"] != "message":
                continue
            said = json.loads(message["data"])
            for room in said.get("filter_recipients", [None]):
                await sio.emit(said["reason"], said["data"], room=room)


@contextlib.asynccontextmanager
async def socket_server(url):
    """A socket server with the package's Redis manager; its address."""
    sio = socketio.AsyncServer(async_mode="asgi", client_manager=socketio.AsyncRedisManager(url))

    @sio.event
    async def connect(sid, _environ, auth):
        if auth:
            await sio.enter_room(sid, auth["hotkey"])

    port, ready = HeldPort(), asyncio.Event()
    server = uvicorn.Server(uvicorn.Config(socketio.ASGIApp(sio), host="127.0.0.1", port=port.number,
                                           log_level="error", lifespan="off"))
    running = [asyncio.create_task(server.serve()), asyncio.create_task(serve(sio, url, ready))]
    try:
        await ready.wait()
        while not server.started:
            await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{port.number}"
    finally:
        server.should_exit = True
        running[1].cancel()
        await asyncio.gather(*running, return_exceptions=True)
        port.close()


class Client:
    """A client of the package, and all that it hears."""

    def __init__(self):
        self.heard = []
        self.sio = socketio.AsyncClient()
        self.sio.on("*", self.hear)

    async def hear(self, event, data):
        """What a miner's control plane would act on."""
        self.heard.append((event, data))

    def reasons(self, instance):
        """What it heard of an instance."""
        return [event for event, data in self.heard if data["instance_id"] == instance]


async def hear_lives(stack, url, miner, stranger):
    """Lives of both; what the miner's client heard, and the instances."""
    client = Client()
    async with socket_server(url) as address:
        await client.sio.connect(address, auth={"hotkey": miner.hotkey})
        instances = [await asyncio.to_thread(live, stack, one) for one in (stranger, miner)]
        async with asyncio.timeout(HANG_S):
            while client.reasons(instances[1]).count("instance_deleted") < 2:
                await asyncio.sleep(0.02)
        await client.sio.disconnect()
    return client, instances


def test_a_client_of_a_socket_server_hears_what_the_relay_publishes(relayed):
    stack, url = relayed
    miner, stranger = stack.network.miner(gpus=1), stack.network.miner(gpus=1)
    client, (theirs, own) = asyncio.run(hear_lives(stack, url, miner, stranger))
    assert client.reasons(theirs) == PUBLIC
    assert sorted(client.reasons(own)) == sorted(PUBLIC + PRIVATE)
    for _, data in client.heard:
        assert data["miner_hotkey"] in (miner.hotkey, stranger.hotkey)
