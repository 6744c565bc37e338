"""Who writes events, and a named consumer of them."""

from .processes import wait_for


def emit(connection, reason):
    """Writes an event in the connection's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("insert into rigger.events (channel, reason, payload) values ('events', %s, '{}')",
                       (reason,))


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
