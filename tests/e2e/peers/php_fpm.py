# SPDX-License-Identifier: Apache-2.0
"""A real php-fpm on a port or an AF_UNIX socket of its own, with a script (app.php) that answers as its path says."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from agent import free_port, wait_for, wait_for_port  # noqa: E402

CONFIG = """
[global]
daemonize = no
error_log = {folder}/error.log
[www]
user = nobody
group = nogroup
listen = {listen}
listen.mode = 0666
listen.backlog = 1024
pm = static
pm.max_children = {workers}
catch_workers_output = no
"""


def binary():
    """The newest php-fpm there is; its name has the version. None: none."""
    return next(iter(sorted(pathlib.Path("/usr/sbin").glob("php-fpm*"), reverse=True)), None) or shutil.which("php-fpm")


class PhpFpm:
    def __init__(self, unix=False, workers=8):
        self.folder = tempfile.TemporaryDirectory(prefix="obi-php-")
        root = pathlib.Path(self.folder.name)
        root.chmod(0o755)
        self.port = 0 if unix else free_port()
        self.socket = root / "socket"
        self.address = f"unix:{self.socket}" if unix else f"127.0.0.1:{self.port}"
        self.script = root / "app.php"
        shutil.copy(pathlib.Path(__file__).parent / "app.php", self.script)
        listen = self.socket if unix else self.address
        (root / "fpm.conf").write_text(CONFIG.format(folder=root, listen=listen, workers=workers))
        self.command = [str(binary()), "-n", "-F", "-y", str(root / "fpm.conf")]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if self.port:
            wait_for_port(self.port)
        else:
            wait_for(self.socket.exists, 10, "php-fpm's socket")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.folder.cleanup()
