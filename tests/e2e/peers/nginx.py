# SPDX-License-Identifier: Apache-2.0
"""A real nginx on a port of its own, with everything it writes in a temporary folder."""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from agent import free_port, wait_for, wait_for_port  # noqa: E402

CONFIG = """
daemon off;
master_process {master};
worker_processes {workers};
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000;
  client_max_body_size 64m;
  sendfile {sendfile};
  default_type text/plain;
  {http}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ root {folder}/www; }}
    location /hello {{ return 200 "hello, world"; }}
    location /created {{ return 201 "made"; }}
    location /missing {{ return 404 "no"; }}
    {locations}
  }}
}}
"""


class Nginx:
    def __init__(self, workers=1, sendfile="on", locations="", http=""):
        self.folder = tempfile.TemporaryDirectory(prefix="obi-nginx-")
        self.port = free_port()
        root = pathlib.Path(self.folder.name)
        root.chmod(0o755)
        self.www = root / "www"
        self.www.mkdir()
        config = CONFIG.format(
            master="on", workers=workers, folder=root, port=self.port, sendfile=sendfile, locations=locations,
            http=http,
        )
        (root / "nginx.conf").write_text(config)
        self.command = ["nginx", "-c", str(root / "nginx.conf"), "-e", str(root / "error.log"), "-p", str(root)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
        wait_for_port(self.port)
        return self

    @property
    def worker_pid(self):
        """Of the first worker."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(wait_for(lambda: children.read_text().split(), 10, "a worker")[0])

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.folder.cleanup()
