"""A private Apache, with the project's own configuration: only paths and ports are replaced."""

import os
import shutil
import subprocess

from .processes import HeldPort, end, program, run, wait_for
from .stack import SOURCE

MODULES = "/usr/lib/apache2/modules"
MAIN = """
ServerRoot {directory}
ServerName localhost
PidFile {directory}/apache.pid
ErrorLog {directory}/apache.log
Mutex file:{directory} default
Listen 127.0.0.1:{port}
{user}
{modules}
LimitRequestBody 8388608
TypesConfig /etc/mime.types
{extra}
"""
COMMON = ["mpm_event", "authz_core", "ssl", "rewrite", "headers", "socache_shmcb", "env", "mime"]
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
        AllowOverride {override}
        Require all granted
    </Directory>
    {as_user}
</VirtualHost>
"""


class Apache:
    """A private Apache with the modules that a case needs; `port` is what it listens on."""

    def __init__(self, directory, modules, extra, certificate):
        """extra: makes the rest of the configuration from the port; certificate: what clients trust."""
        self.directory = str(directory)
        self.certificate = certificate
        self.held = HeldPort()
        self.port = self.held.number
        self.modules = COMMON + modules
        self.extra = extra
        self.process = None

    def start(self):
        """Writes the configuration and starts it."""
        path = os.path.join(self.directory, "apache.conf")
        with open(path, "w", encoding="utf-8") as conf:
            conf.write(MAIN.format(
                directory=self.directory, port=self.port, extra=self.extra(self.port),
                user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
                modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so"
                                  for name in self.modules)))
        command = [program("apache2"), "-f", path, "-DFOREGROUND"]
        run([*command, "-t"])
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        wait_for(lambda: os.path.exists(os.path.join(self.directory, "apache.pid")), "Apache")
        return self

    def stop(self):
        """Ends it and its children."""
        end(self.process)
        self.held.close()


def proxied(stack, place, **sockets):
    """apache/rigger.conf, only paths and ports replaced; sockets: others than the stack's."""
    sockets = {**stack.settings["server"], **sockets}

    def extra(port):
        with open(os.path.join(SOURCE, "apache", "rigger.conf"), encoding="utf-8") as file:
            text = file.read()
        for old, new in {
                "*:443": f"*:{port}", "/etc/apache2/rigger/cert.pem": stack.nginx.certificate,
                "/etc/apache2/rigger/key.pem": os.path.join(stack.directory, "key.pem"),
                "/run/rigger/fast.sock": sockets["fast_socket"],
                "/run/rigger/slow.sock": sockets["slow_socket"]}.items():
            assert old in text
            text = text.replace(old, new)
        return text
    return Apache(place, ["proxy", "proxy_fcgi", "unique_id", "reqtimeout"], extra, stack.nginx.certificate)


SUEXEC_ROOT = "/var/www"  # below which Debian's suexec runs programs


def _write_root(root, place, stack, owner):
    """The customer's folder: .htaccess, the two scripts, and beside it the program and its configuration."""
    config = place / "rigger.conf"
    with open(stack.responder.config, encoding="utf-8") as original:
        config.write_text(original.read())
    config.chmod(0o640)
    # A copy: Apache's user may not look into the folder where this was built.
    copy = shutil.copy(os.path.join(stack.build, "rigger"), place)
    for name in ("rigger.fcgi", "rigger.cgi"):
        script = root / name
        script.write_text(f"#!/bin/sh\nexport RIGGER_CONFIG={config}\nexec {copy}\n")
        script.chmod(0o755)
    with open(os.path.join(SOURCE, "apache", "htaccess"), encoding="utf-8") as original:
        (root / ".htaccess").write_text(original.read())
    (place / "fcgid").mkdir()
    run_as_root = os.geteuid() == 0
    subprocess.run(["chown", "www-data", str(place / "fcgid"), str(place)], check=run_as_root)
    subprocess.run(["chgrp", "www-data", str(config)], check=run_as_root)
    if owner is not None:
        subprocess.run(["chown", "-R", owner, str(root), str(config)], check=True)
        (root / "rigger.cgi").chmod(0o700)


def hosted(stack, place, modules, override="All", root=None, owner=None):
    """apache/htaccess beside rigger.fcgi and rigger.cgi, as a customer of a hosting company would have it.
    override: what it lets him say; root: his folder below SUEXEC_ROOT, where programs run as owner
    (user:group)."""
    if root is None:
        root = place / "www"
        root.mkdir()
    _write_root(root, place, stack, owner)
    as_user = "" if owner is None else "SuexecUserGroup " + owner.replace(":", " ")

    def extra(port):
        text = HOSTED.format(directory=place, port=port, root=root, certificate=stack.nginx.certificate,
                             key=os.path.join(stack.directory, "key.pem"), override=override,
                             as_user=as_user)
        if "fcgid" not in modules:
            text = "\n".join(line for line in text.splitlines() if not line.startswith("Fcgid"))
        if "cgid" in modules:
            text += f"\nScriptSock {place}/cgid.sock\n"
        return text
    return Apache(place, modules + ([] if owner is None else ["suexec"]), extra, stack.nginx.certificate)
