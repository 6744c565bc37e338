"""A whole life through a real Apache: mod_proxy_fcgi to the responder's sockets, and the .htaccess of shared
hosting with mod_fcgid and with plain CGI."""

import contextlib
import json
import os
import pathlib
import shutil
import tempfile

import pytest

from harness.apache import SUEXEC_ROOT, hosted, proxied
from harness.client import Api
from harness.graval_stub import proof_of, real_product


@pytest.fixture(params=["proxy_fcgi", "fcgid", "cgi"])
def apache_api(request, stack, place):
    """The endpoints through Apache."""
    if request.param == "proxy_fcgi":
        apache = proxied(stack, place)
    else:
        apache = hosted(stack, place, ["fcgid"] if request.param == "fcgid" else ["cgid"])
    apache.start()
    try:
        yield Api(stack, apache)
    finally:
        apache.stop()


def test_a_whole_life_through_apache(stack, network, apache_api):
    miner, chute = network.miner(gpus=1), network.chute()
    launch = apache_api.launch(miner, chute)
    assert launch.claim(miner.gpus).status == 200
    launch.solve()
    body = launch.answer_body()
    body["proof"]["beside"] = proof_of("beside", real_product(1, 5))
    assert len(json.dumps(body)) > 300000
    verified = launch.verify(body)
    assert verified.status == 200, "a proof of the network's GPUs may be large"
    assert launch.activate().status == 200
    token = apache_api.request("GET", "/instances/token_check?salt=a%20b")
    assert token.status == 200
    assert apache_api.delete(miner, chute, verified.json["instance_id"]).status == 200
    assert apache_api.request("GET", "/no/such/path").json == {"detail": "Not Found"}
    assert launch.claim(miner.gpus).status == 401
    large = launch.claim_body(miner.gpus, env="A" * 300000)
    assert apache_api.request("POST", launch.path, large, launch.headers()).status == 401, \
        "a claim may be large"


def test_a_header_sent_twice_is_401(network, apache_api):
    path = f"/instances/launch_config?chute_id={network.chute()}"
    headers = network.sign(network.miner(), "GET", path)
    doubled = [*headers.items(), ("X-Chutes-Hotkey", headers["X-Chutes-Hotkey"])]
    assert apache_api.request("GET", path, headers=doubled).status == 401
    assert apache_api.request("GET", path, headers=headers).status == 200


def chunked(api, launch):
    """A claim whose body comes in one chunk."""
    return api.request("POST", launch.path, headers={**launch.headers(), "Content-Type": "application/json",
                                                     "Transfer-Encoding": "chunked"},
                       sent=b"2\r\n{}\r\n0\r\n\r\n")


def test_a_body_in_chunks_is_411_where_nobody_counts_it(network, apache_api, request):
    answer = chunked(apache_api, apache_api.launch(network.miner(gpus=1), network.chute()))
    if "proxy_fcgi" in request.node.name:
        assert answer.status == 422, "it was counted, and read"
    else:
        assert (answer.status, answer.json) == (411, {"detail": "Content-Length required"})


@pytest.mark.parametrize("modules, override, status", [
    ([], "All", 403),
    (["cgid"], "AuthConfig FileInfo Limit", 500),
    (["cgid"], "AuthConfig FileInfo Nonfatal=Override", 403),
    (["fcgid"], "AuthConfig FileInfo Nonfatal=Override", 403),
], ids=["no handler", "no options", "no ExecCGI", "no ExecCGI for fcgid"])
def test_the_text_of_the_script_is_never_served(stack, place, modules, override, status):
    apache = hosted(stack, place, modules, override)
    apache.start()
    try:
        for path in ("/ping", "/rigger.cgi", "/rigger.fcgi", "/.htaccess"):
            answer = Api(stack, apache).request("GET", path)
            assert answer.status == status or path == "/.htaccess" and answer.status in (403, 404)
            assert "RIGGER_CONFIG" not in answer.text and "Rewrite" not in answer.text
            if status == 403:
                assert list(answer.json) == ["detail"] and answer.headers["X-Request-ID"]
                assert answer.headers["Content-Type"] == "application/json"
    finally:
        apache.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="suexec is for a root's Apache")
def test_it_works_under_suexec_where_there_is_no_home(stack, network, place):
    root = pathlib.Path(tempfile.mkdtemp(prefix="rigger-", dir=SUEXEC_ROOT))
    root.chmod(0o755)
    with contextlib.ExitStack() as ends:
        ends.callback(shutil.rmtree, root)
        apache = hosted(stack, place, ["cgid"], root=root, owner="nobody:nogroup")
        ends.callback(apache.stop)
        apache.start()
        api, miner, chute = Api(stack, apache), network.miner(gpus=1), network.chute()
        launch = api.launch(miner, chute)
        assert launch.claim(miner.gpus).status == 200
        launch.solve()
        assert launch.verify().status == 200 and launch.activate().status == 200
