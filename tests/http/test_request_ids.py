"""The id of a request is ours, in the answer and in the log, whatever a client calls it: through each front
end."""

import pytest

from harness.apache import hosted, proxied
from harness.client import Api
from harness.processes import wait_for
from harness.webserver import Nginx


@pytest.fixture(params=["nginx", "nginx beside", "proxy_fcgi", "fcgid", "cgi"])
def front(request, stack, place):
    """The front ends: the server, what a client needs of it, and where the responder's log is."""
    if request.param == "nginx":
        yield Api(stack), stack.responder.log
        return
    if request.param == "nginx beside":
        server = Nginx(str(place), stack.nginx.source, stack.settings, main="beside_chutes.conf",
                       replacements={"default 0;\n}": "default all;\n}"})
    elif request.param == "proxy_fcgi":
        server = proxied(stack, place)
    else:
        server = hosted(stack, place, ["fcgid"] if request.param == "fcgid" else ["cgid"])
    server.start()
    own_log = request.param in ("fcgid", "cgi")
    try:
        yield Api(stack, server), (place / "apache.log").read_text if own_log else stack.responder.log
    finally:
        server.stop()


@pytest.mark.parametrize("names", [
    ["X-Request-ID"], ["x-request-id", "Request-Id", "Unique-Id", "X_Request_Id"], ["X-Request-ID"] * 2,
], ids=["one", "others", "twice"])
def test_the_id_that_a_client_gives_is_neither_answered_nor_logged(front, names):
    api, log = front
    answer = api.request("GET", "/instances/token_check", headers=[(name, "client-s") for name in names])
    assert answer.status == 200
    given, = answer.headers.get_all("X-Request-ID")
    assert given != "client-s"
    wait_for(lambda: given in log(), "the line of the request")
    assert "client-s" not in log()
