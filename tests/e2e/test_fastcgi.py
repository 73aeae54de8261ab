# SPDX-License-Identifier: Apache-2.0
"""FastCGI: nginx in front of php-fpm. Each request is a span of nginx's clients, of nginx as FastCGI's client, and of php-fpm."""
import collections
import subprocess

import pytest

from agent import Agent, assert_ledger_adds_up, ledger_of_log
from peers.nginx import Nginx
from peers.php_fpm import PhpFpm, binary
from tally import Tally
from test_completeness import run_ab

SECRET = "s3cr3t-fcgi"
WORKERS = 16  # of php-fpm; each has one connection, so that no more can be kept open

pytestmark = pytest.mark.skipif(binary() is None, reason="no php-fpm: tools/install_deps.sh test")


def location(php, keep):
    return (f"location /app {{ include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME {php.script};"
            f" fastcgi_keep_conn {'on' if keep else 'off'}; fastcgi_pass php; }}")


def upstream(php, keep):
    return f"upstream php {{ server {php.address}; {f'keepalive {WORKERS};' if keep else ''} }}"


def curl(port, path, *arguments):
    return subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-b", f"session={SECRET}", *arguments,
                           f"http://127.0.0.1:{port}/app/{path}"], capture_output=True, text=True, check=True).stdout


def facts(span):
    reported = span["attributes"]
    return reported["method"], reported["url"], reported["status"]


def sort_by_end(spans, nginx, php):
    """The spans of nginx's clients, of nginx to php-fpm, of php-fpm."""
    ends = {"server nginx": [], "client nginx": [], "server php-fpm": []}
    for span in spans:
        port = int(span["attributes"]["serverPort"])
        if span["type"] == "HTTPClient":
            assert port == php.port, span
            ends["client nginx"].append(span)
        else:
            ends["server nginx" if port == nginx.port else "server php-fpm"].append(span)
    return ends


def use(nginx, connections):
    """What was asked for and answered: how often each (method, path, status)."""
    done = collections.Counter()
    done["GET", "/app/hello", "200"] += run_ab(nginx.port, 320, "/app/hello?token=" + SECRET, "-c", str(connections))
    for path in ("status/404", "status/500", "status/302", "bytes/100000", "log"):
        for _ in range(3):
            done["GET", "/app/" + path, curl(nginx.port, path)] += 1
    for size in (3, 10_000):
        done["POST", "/app/echo", curl(nginx.port, "echo", "--data-binary", SECRET * size)] += 1
    return done


@pytest.mark.parametrize("unix", [False, True], ids=["tcp", "unix"])
def test_every_request_is_a_span_at_each_end(unix):
    with Tally(f"fastcgi, {'AF_UNIX' if unix else 'TCP'}") as tally:
        for connections, keep in ((1, True), (16, True), (1, False), (16, False), (64, False)):
            with PhpFpm(unix, WORKERS) as php, Nginx(locations=location(php, keep), http=upstream(php, keep)) as nginx, \
                    Agent(config=f"discovery:\n  instrument:\n    - exe_path: '*php-fpm*'\n    - open_ports: {nginx.port}\n") as agent:
                done = use(nginx, connections)
                agent.wait_for_spans(3 * sum(done.values()), 30)
                client = "kept open" if keep else "closed"
                for end, spans in sort_by_end(agent.spans(), nginx, php).items():
                    found = collections.Counter(map(facts, spans))
                    tally.expect(client, connections, f"{end}: all", sum(done.values()), len(spans))
                    tally.expect_counts(client, connections, {(end, *what): count for what, count in done.items()},
                                        {(end, *what): count for what, count in found.items()})
                tally.expect(client, connections, "secrets told", 0,
                             agent.out.read_text().count(SECRET) + agent.log_text().count(SECRET))
                rows = ledger_of_log(agent.stop())
                assert_ledger_adds_up(rows)
                tally.expect(client, connections, "spans made", 3 * sum(done.values()), rows["spans_made"])
                tally.expect(client, connections, "requests seen", rows["spans_made"], rows["requests_seen"])
