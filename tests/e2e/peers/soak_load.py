# SPDX-License-Identifier: Apache-2.0
"""Loads of the soak: each repeats one real client until it is stopped, and keeps the client's own count."""
import random
import re
import string
import subprocess
import sys
import threading

ONE_REQUEST = """
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
connection.request("GET", sys.argv[2]); response = connection.getresponse(); response.read(); print(response.status)
"""


class Load:
    """`run` makes one round of a client and returns how many requests were answered."""

    def __init__(self, run, pause=0.0):
        self.run, self.pause = run, pause
        self.count, self.failure = 0, None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.repeat)

    def repeat(self):
        try:
            while not self.stopping.is_set():
                self.count += self.run()
                self.stopping.wait(self.pause)  # the rate of the load
        except Exception as failure:  # shown by join()
            self.failure = failure

    def start(self):
        self.thread.start()

    def join(self):
        """Ends with the round under way; returns the count."""
        self.stopping.set()
        self.thread.join(120)
        assert not self.thread.is_alive() and self.failure is None, self.failure
        return self.count


def output_of(command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=100, **options).stdout


def ab(port, requests=2000):
    def run():
        report = output_of(["ab", "-q", "-k", "-c", 16, "-n", requests, f"http://127.0.0.1:{port}/hello"])
        assert int(re.search(r"Failed requests:\s+(\d+)", report)[1]) == 0, report
        return int(re.search(r"Complete requests:\s+(\d+)", report)[1])

    return run


def redis_benchmark(port, requests=2000):
    def run():
        report = output_of(["redis-benchmark", "-p", port, "-n", requests, "-c", 8, "-t", "set,get", "--csv"])
        assert len(re.findall(r'^"(?:SET|GET)"', report, re.M)) == 2, report
        return 2 * requests

    return run


def psql(server):
    """A connection, and so a process of the server, for each statement."""
    def run():
        server.sql("SELECT count(*) FROM items")
        return 1

    return run


def short_lived_python(port):
    def run():
        return int(output_of([sys.executable, "-S", "-E", "-c", ONE_REQUEST, port, "/created"]).strip() == "201")

    return run


def random_paths(port, requests=200):
    """As a scanner asks: no path twice. curl's own count of answers."""
    def run():
        letters = string.ascii_lowercase + string.digits + "-_."
        urls = [f"http://127.0.0.1:{port}/r/" + "".join(random.choices(letters, k=random.randint(3, 30))) for _ in range(requests)]
        codes = output_of(["curl", "-s", "-K", "-"], input="".join(f'url = "{url}"\noutput = /dev/null\nwrite-out = "%{{http_code}}\\n"\n'
                                                                for url in urls)).split()
        return sum(code != "000" for code in codes)

    return run
