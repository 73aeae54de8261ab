# SPDX-License-Identifier: Apache-2.0
"""redis-server and memcached, each on a port of its own of 127.0.0.1; `options` are added to the command line."""
import subprocess

from agent import free_port, wait_for_port


class Server:
    def __init__(self, *command):
        self.command = list(map(str, command))

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        wait_for_port(self.port)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


class RedisServer(Server):
    def __init__(self, folder, *options):
        self.port = free_port()
        super().__init__("redis-server", "--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder,
                         "--daemonize", "no", *options)


class Memcached(Server):
    def __init__(self, *options):
        self.port = free_port()
        super().__init__("memcached", "-u", "root", "-l", "127.0.0.1", "-p", self.port, "-U", "0", "-t", "2", *options)
