"""Events: consumers of the outbox, and the relay to a real Redis."""

import pytest

from harness.client import Api
from harness.consumer import Consumer, emit
from harness.processes import wait_for
from harness.redis_server import Listener
from harness.relayed import PRIVATE, PUBLIC, relayed_stack
from harness.stack import Stack


@pytest.fixture(scope="module")
def stack():
    """A stack in which nothing happens by itself: consumers get what the test writes."""
    with Stack(lambda settings: settings["background"].update(reap_interval_ms=86400000)) as running:
        yield running


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
    stack.postgres.execute(
        "insert into rigger.events (channel, reason, payload) values ('events', 'there', '{}')")
    assert consumer.take() == []
    writer.rollback()
    assert consumer.wait() == ["there"]


def test_two_consumers_do_not_disturb_each_other(stack):
    one, other = Consumer(stack, "one"), Consumer(stack, "other")
    stack.postgres.execute(
        "insert into rigger.events (channel, reason, payload) values ('events', 'both', '{}')")
    assert one.wait() == other.wait() == ["both"]


@pytest.fixture(scope="module")
def relayed():
    """A stack whose events go to a Redis, and that Redis."""
    with relayed_stack() as pair:
        yield pair


def live(stack):
    """A whole life; the instance, the miner and the config."""
    api, network = Api(stack), stack.network
    miner, chute = network.miner(gpus=1), network.chute()
    launch = api.hot(miner, chute)
    assert api.delete(miner, chute, launch.instance_id).status == 200
    return launch.instance_id, miner, launch.config_id


def test_socket_servers_hear_a_life_as_the_network_tells_it(relayed):
    stack, server = relayed
    listener = Listener(server.client())
    instance, miner, config = live(stack)
    wait_for(lambda: listener.reasons("miner_broadcast", instance) == PRIVATE, "the private messages")
    assert listener.reasons("events", instance) == PUBLIC
    for channel, message in listener.heard:
        if message["data"]["instance_id"] != instance:
            continue
        assert message.keys() == {"reason", "message", "data"} \
            | ({"filter_recipients"} if channel != "events" else set())
        assert message.get("filter_recipients", [miner.hotkey]) == [miner.hotkey]
        assert message["data"]["miner_hotkey"] == miner.hotkey and message["data"]["config_id"] == config


def test_while_redis_is_down_events_wait_and_none_is_lost(relayed):
    stack, server = relayed
    before = len(stack.responder.log())
    server.stop()
    lives = [live(stack)[0] for _ in range(3)]
    wait_for(lambda: "events wait" in stack.responder.log()[before:], "the relay's complaint")
    listener = server.start()
    wait_for(lambda: all(listener.reasons("miner_broadcast", instance)[-1:] == ["instance_deleted"]
                         for instance in lives), "what waited")
    for instance in lives:
        assert list(dict.fromkeys(listener.reasons("events", instance))) == PUBLIC
    wait_for(lambda: "takes events again" in stack.responder.log()[before:], "the relay's relief")
    assert stack.responder.log()[before:].count("events wait") == 1, "it is said once"


def test_a_relay_that_is_renewed_goes_on_where_it_was(relayed):
    """At least once is promised: what was published and not acknowledged is published again."""
    stack, server = relayed
    listener = Listener(server.client())
    stack.responder.reload()
    instance, _, _ = live(stack)
    wait_for(lambda: listener.reasons("events", instance)[-1:] == PUBLIC[-1:], "the last of it")
    assert list(dict.fromkeys(listener.reasons("events", instance))) == PUBLIC, "all of it, in order"


def test_old_events_are_forgotten_once_everybody_has_them(relayed):
    stack, _ = relayed
    live(stack)
    stack.postgres.execute("update rigger.events set created_at = created_at - interval '30 days'")
    stack.postgres.execute("update rigger.placements set placed_at = placed_at - interval '30 days'")
    wait_for(
        lambda: stack.postgres.execute("select coalesce(min(last_event_id) >= max(event_id), true) as all"
                                       " from rigger.event_consumers, rigger.events")[0]["all"], "the relay")
    stack.responder.reload()
    wait_for(lambda: stack.postgres.execute("select * from rigger.events") == [], "the pruning")
    stack.responder.wait_for_log("old events")


@pytest.mark.parametrize("url",
                         ["localhost", "redis://", "redis://:1", "redis://host:0", "redis://host:65536",
                          "redis://user:secret@host", "redis://host/x", "redis://host:1x", "unix:relative",
                          "rediss://host", "http://host"])
def test_what_is_no_redis_url_is_refused_at_the_start(stack, url):
    checked = stack.responder.check(events={"redis_url": url})
    assert checked.returncode == 78 and "redis_url" in checked.stderr


@pytest.mark.parametrize("url", ["redis://localhost", "redis://10.0.0.1:6380/3", "redis://[::1]:6379/",
                                 "unix:/run/r.sock"])
def test_redis_urls(stack, url):
    assert stack.responder.check(events={"redis_url": url}).returncode == 0
