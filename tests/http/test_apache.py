"""A whole life through a real Apache: mod_proxy_fcgi to the responder's sockets, and the .htaccess of shared
hosting with mod_fcgid and with plain CGI."""

import json

import pytest

from harness.apache import hosted, proxied
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
