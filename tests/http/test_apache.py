"""A whole life through a real Apache: mod_proxy_fcgi to the responder's sockets, and the .htaccess of shared hosting with
mod_fcgid and with plain CGI."""

import os
import shutil
import subprocess

import pytest

from harness.apache import Apache
from harness.client import Api
from harness.stack import SOURCE

HOSTED = """
FcgidIPCDir {directory}/fcgid
FcgidProcessTableFile {directory}/fcgid_shm
FcgidMaxRequestLen 4194304
<VirtualHost *:{port}>
    SSLEngine on
    SSLCertificateFile {certificate}
    SSLCertificateKeyFile {key}
    DocumentRoot {root}
    <Directory {root}>
        AllowOverride All
        Require all granted
    </Directory>
</VirtualHost>
"""


@pytest.fixture
def place(tmp_path_factory):
    """A directory that www-data may walk into."""
    path = tmp_path_factory.mktemp("apache")
    for parent in (path, path.parent, path.parent.parent):
        os.chmod(parent, 0o755)
    return path


def proxied(stack, place):
    """apache/rigger.conf, only paths and ports replaced."""
    def extra(port):
        with open(os.path.join(SOURCE, "apache", "rigger.conf"), encoding="utf-8") as file:
            text = file.read()
        for old, new in {
                "*:443": f"*:{port}", "/etc/apache2/rigger/cert.pem": stack.nginx.certificate,
                "/etc/apache2/rigger/key.pem": os.path.join(stack.directory, "key.pem"),
                "/run/rigger/fast.sock": stack.settings["server"]["fast_socket"],
                "/run/rigger/slow.sock": stack.settings["server"]["slow_socket"]}.items():
            assert old in text
            text = text.replace(old, new)
        return text
    return Apache(place, ["proxy", "proxy_fcgi"], extra, stack.nginx.certificate)


def hosted(stack, place, modules):
    """apache/htaccess beside rigger.fcgi and rigger.cgi, as a customer of a hosting company would have it."""
    root = place / "www"
    root.mkdir()
    config = place / "rigger.conf"
    with open(stack.responder.config, encoding="utf-8") as original:
        config.write_text(original.read())
    config.chmod(0o640)
    subprocess.run(["chgrp", "www-data", str(config)], check=os.geteuid() == 0)
    # A copy: Apache's user may not look into the folder where this was built.
    program = shutil.copy(os.path.join(stack.build, "rigger"), place)
    for name in ("rigger.fcgi", "rigger.cgi"):
        script = root / name
        script.write_text(f"#!/bin/sh\nexport RIGGER_CONFIG={config}\nexec {program}\n")
        script.chmod(0o755)
    with open(os.path.join(SOURCE, "apache", "htaccess"), encoding="utf-8") as original:
        (root / ".htaccess").write_text(original.read())
    (place / "fcgid").mkdir()
    subprocess.run(["chown", "www-data", str(place / "fcgid"), str(place)], check=os.geteuid() == 0)

    def extra(port):
        text = HOSTED.format(directory=place, port=port, root=root, certificate=stack.nginx.certificate,
                             key=os.path.join(stack.directory, "key.pem"))
        if "fcgid" not in modules:
            text = "\n".join(line for line in text.splitlines() if not line.startswith("Fcgid"))
            text += f"\nScriptSock {place}/cgid.sock\n"
        return text
    return Apache(place, modules, extra, stack.nginx.certificate)


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
    verified = launch.verify()
    assert verified.status == 200
    assert launch.activate().status == 200
    token = apache_api.request("GET", "/instances/token_check?salt=a%20b")
    assert token.status == 200
    assert apache_api.delete(miner, chute, verified.json["instance_id"]).status == 200
    assert apache_api.request("GET", "/no/such/path").json == {"detail": "Not Found"}
    assert launch.claim(miner.gpus).status == 401
    large = launch.claim_body(miner.gpus, env="A" * 300000)
    assert apache_api.request("POST", launch.path, large, launch.headers()).status == 401, "a claim may be large"


def test_a_header_sent_twice_is_401(network, apache_api):
    path = f"/instances/launch_config?chute_id={network.chute()}"
    headers = network.sign(network.miner(), "GET", path)
    doubled = [*headers.items(), ("X-Chutes-Hotkey", headers["X-Chutes-Hotkey"])]
    assert apache_api.request("GET", path, headers=doubled).status == 401
    assert apache_api.request("GET", path, headers=headers).status == 200
