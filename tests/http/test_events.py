"""Events: consumers of the outbox, and the relay to a real Redis."""

import json
import os
import subprocess
import tempfile

import pytest
import redis

from harness.client import Api
from harness.processes import program, wait_for
from harness.stack import Stack

PASSWORD = "a-password-of-the-test"


def emit(connection, reason):
    """Writes an event in the connection's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("insert into rigger.events (channel, reason, payload) values ('events', %s, '{}')", (reason,))


class Consumer:
    """One named consumer who starts at the present."""

    def __init__(self, stack, name):
        self.stack, self.name, self.last = stack, name, None
        stack.postgres.execute(
            "insert into rigger.event_consumers (consumer, last_event_id, settled_to)"
            " select %s, coalesce(max(event_id), 0), coalesce(max(event_id), 0) from rigger.events", (name,))

    def take(self, count=100):
        """The reasons of what it is given."""
        rows = self.stack.postgres.execute("select * from rigger.take_events(%s, %s)", (self.name, count))
        if rows:
            self.last = rows[-1]["event_id"]
        return [row["reason"] for row in rows]

    def wait(self, count=100):
        """The same, as soon as others' transactions let it have some."""
        return wait_for(lambda: self.take(count), "events")

    def acknowledge(self):
        """Done with all it was given last."""
        self.stack.postgres.execute("select rigger.acknowledge_events(%s, %s)", (self.name, self.last))


@pytest.fixture
def transaction(stack):
    """Opens transactions that end with the test."""
    opened = []

    def begin():
        connection = stack.postgres.connect()
        connection.autocommit = False
        opened.append(connection)
        return connection

    yield begin
    for connection in opened:
        connection.close()


def test_a_consumer_gets_events_once_and_in_order(stack, transaction):
    consumer = Consumer(stack, "once")
    writer = transaction()
    for reason in ("a", "b", "c"):
        emit(writer, reason)
    assert consumer.take() == []
    writer.commit()
    assert consumer.wait(2) == ["a", "b"]
    assert consumer.take(2) == [], "somebody holds them"
    consumer.acknowledge()
    assert consumer.wait(2) == ["c"]
    consumer.acknowledge()
    assert consumer.take(2) == []


def test_nothing_is_skipped_while_an_older_transaction_is_open(stack, transaction):
    consumer = Consumer(stack, "gaps")
    slow, quick = transaction(), transaction()
    emit(slow, "slow")
    emit(quick, "quick")
    quick.commit()
    assert consumer.take() == [], "an event with a lower number is on its way"
    slow.commit()
    assert consumer.wait() == ["slow", "quick"]


def test_nothing_is_skipped_where_the_later_number_is_of_the_earlier_transaction(stack, transaction):
    consumer = Consumer(stack, "inverse")
    first, second = transaction(), transaction()
    with first.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()")
    emit(second, "lower number")
    emit(first, "higher number")
    first.commit()
    assert consumer.take() == []
    second.commit()
    assert consumer.wait() == ["lower number", "higher number"]


def test_a_rolled_back_event_holds_nobody_up(stack, transaction):
    consumer = Consumer(stack, "rollback")
    writer = transaction()
    emit(writer, "never")
    stack.postgres.execute("insert into rigger.events (channel, reason, payload) values ('events', 'there', '{}')")
    assert consumer.take() == []
    writer.rollback()
    assert consumer.wait() == ["there"]


def test_two_consumers_do_not_disturb_each_other(stack):
    one, other = Consumer(stack, "one"), Consumer(stack, "other")
    stack.postgres.execute("insert into rigger.events (channel, reason, payload) values ('events', 'both', '{}')")
    assert one.wait() == other.wait() == ["both"]


class RedisServer:
    """A private Redis on a Unix socket, with a password."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "redis.sock")
        self.directory = directory
        self.process = None

    def start(self):
        """Starts it and waits until it answers."""
        self.process = subprocess.Popen(
            [program("redis-server"), "--port", "0", "--unixsocket", self.path, "--save", "", "--dir", self.directory,
             "--requirepass", PASSWORD], stdout=subprocess.DEVNULL)
        wait_for(self._answers, "redis-server")

    def _answers(self):
        try:
            return self.client().ping()
        except redis.exceptions.ConnectionError:
            return False

    def client(self):
        """A connection to it."""
        return redis.Redis(unix_socket_path=self.path, password=PASSWORD)

    def stop(self):
        """Ends it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None


class Listener:
    """A socket server's ears: both channels of the network."""

    def __init__(self, server):
        self.subscription = server.client().pubsub(ignore_subscribe_messages=True)
        self.subscription.subscribe("events", "miner_broadcast")
        self.heard = []
        self.listen()

    def listen(self):
        """All that came, as (channel, message)."""
        while (message := self.subscription.get_message(timeout=0.05)) is not None:
            self.heard.append((message["channel"].decode(), json.loads(message["data"])))
        return self.heard

    def reasons(self, channel, instance):
        """What was said of an instance on a channel."""
        return [message["reason"] for at, message in self.listen()
                if at == channel and message["data"]["instance_id"] == instance]


@pytest.fixture(scope="module")
def relayed():
    """A stack whose events go to a Redis."""
    with tempfile.TemporaryDirectory(prefix="rigger-redis-") as directory:
        server = RedisServer(directory)

        def change(settings):
            settings["events"] = {"redis_url": f"unix:{server.path}", "redis_password": PASSWORD,
                                  "relay_interval_ms": 20}

        try:
            server.start()
            with Stack(change) as running:
                yield running, server
        finally:
            server.stop()


def live(stack):
    """A whole life; the instance, the miner and the config."""
    api, network = Api(stack), stack.network
    miner, chute = network.miner(gpus=1), network.chute()
    launch = api.hot(miner, chute)
    assert api.delete(miner, chute, launch.instance_id).status == 200
    return launch.instance_id, miner, launch.config_id


PUBLIC = ["instance_created", "instance_hot", "instance_activated", "instance_deleted"]
PRIVATE = ["instance_created", "instance_verified", "instance_activated", "instance_deleted"]


def test_socket_servers_hear_a_life_as_the_network_tells_it(relayed):
    stack, server = relayed
    listener = Listener(server)
    instance, miner, config = live(stack)
    wait_for(lambda: listener.reasons("miner_broadcast", instance) == PRIVATE, "the private messages")
    assert listener.reasons("events", instance) == PUBLIC
    for channel, message in listener.heard:
        if message["data"]["instance_id"] != instance:
            continue
        assert message.keys() == {"reason", "message", "data"} | ({"filter_recipients"} if channel != "events" else set())
        assert message.get("filter_recipients", [miner.hotkey]) == [miner.hotkey]
        assert message["data"]["miner_hotkey"] == miner.hotkey and message["data"]["config_id"] == config


def test_while_redis_is_down_events_wait_and_none_is_lost(relayed):
    stack, server = relayed
    server.stop()
    lives = [live(stack)[0] for _ in range(3)]
    wait_for(lambda: "events wait" in stack.responder.log(), "the relay's complaint")
    server.start()
    listener = Listener(server)
    wait_for(lambda: all(listener.reasons("miner_broadcast", instance)[-1:] == ["instance_deleted"]
                         for instance in lives), "what waited")
    for instance in lives:
        assert list(dict.fromkeys(listener.reasons("events", instance))) == PUBLIC
    assert stack.responder.log().count("events wait") == 1, "it is said once"
    wait_for(lambda: "takes events again" in stack.responder.log(), "the relay's relief")


def test_a_relay_that_is_renewed_goes_on_where_it_was(relayed):
    stack, server = relayed
    stack.responder.reload()
    listener = Listener(server)
    instance, _, _ = live(stack)
    wait_for(lambda: listener.reasons("events", instance) == PUBLIC, "all of it, once")


def test_old_events_are_forgotten_once_everybody_has_them(relayed):
    stack, _ = relayed
    live(stack)
    stack.postgres.execute("update rigger.events set created_at = created_at - interval '30 days'")
    stack.postgres.execute("update rigger.claims set claimed_at = claimed_at - interval '30 days'")
    wait_for(lambda: stack.postgres.execute("select min(last_event_id) >= max(event_id) as all"
                                            " from rigger.event_consumers, rigger.events")[0]["all"], "the relay")
    stack.responder.reload()
    wait_for(lambda: stack.postgres.execute("select * from rigger.events") == [], "the pruning")
    assert "old events" in stack.responder.log()


@pytest.mark.parametrize("url", ["localhost", "redis://", "redis://:1", "redis://host:0", "redis://host:65536",
                                 "redis://user:secret@host", "redis://host/x", "redis://host:1x", "unix:relative",
                                 "rediss://host", "http://host"])
def test_what_is_no_redis_url_is_refused_at_the_start(stack, url):
    checked = stack.responder.check(events={"redis_url": url})
    assert checked.returncode == 78 and "redis_url" in checked.stderr


@pytest.mark.parametrize("url", ["redis://localhost", "redis://10.0.0.1:6380/3", "redis://[::1]:6379/", "unix:/run/r.sock"])
def test_redis_urls(stack, url):
    assert stack.responder.check(events={"redis_url": url}).returncode == 0
