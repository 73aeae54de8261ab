# SPDX-License-Identifier: Apache-2.0
"""A network namespace of its own with only a loopback, and /run and resolv.conf of its own: servers may have their well-known
ports there. `inside(…)` gives a command line that runs in it."""
import subprocess


class Namespace:
    def __init__(self, *mounts):
        """`mounts`: shell commands that run once, in the new mount namespace."""
        setup = " && ".join(("ip link set lo up", "mount -t tmpfs tmpfs /run", *mounts, "echo ready", "exec cat"))
        self.holder = subprocess.Popen(
            ["unshare", "-n", "-m", "sh", "-c", setup], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout.readline() == "ready\n"

    def inside(self, *command):
        return ["nsenter", "-t", str(self.holder.pid), "-n", "-m", *map(str, command)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.holder.stdin.close()
        self.holder.wait(10)
