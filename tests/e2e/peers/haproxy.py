# SPDX-License-Identifier: Apache-2.0
"""A real HAProxy on a port of its own, in front of a server to which it says who its clients are (send-proxy, send-proxy-v2)."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from agent import free_port, wait_for_port  # noqa: E402

CONFIG = """
global
  nbthread 1
defaults
  mode {mode}
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen all
  bind 127.0.0.1:{port}
  server only 127.0.0.1:{server} {send}
"""


def binary():
    return shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


class HaProxy:
    def __init__(self, server, send, mode="http"):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory(prefix="obi-haproxy-")
        self.file = pathlib.Path(self.folder.name) / "haproxy.cfg"
        self.file.write_text(CONFIG.format(mode=mode, port=self.port, server=server, send=send))

    def __enter__(self):
        self.process = subprocess.Popen([binary(), "-db", "-q", "-f", str(self.file)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.folder.cleanup()
