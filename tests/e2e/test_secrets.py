# SPDX-License-Identifier: Apache-2.0
"""No secret leaves the agent: what a client hands to real servers as password, literal, value, payload or header is in nothing
that the agent writes, while that tells of every operation."""
import collections
import json
import re
import shutil
import sys

import pytest

from agent import Agent, free_port, get, wait_for
from conftest import PEERS
from otlp_receiver import OtlpReceiver
from packages import python_path
from peers.brokers import Mosquitto, NatsServer, RabbitMq
from peers.caches import Memcached, RedisServer
from peers.json_client import JsonClient
from peers.kafka_broker import KafkaBroker
from peers.mariadb import MariaDb
from peers.mongo_server import MongoServer
from peers.nginx import Nginx
from peers.php_fpm import PhpFpm
from peers.postgres import Postgres
from scrape import series
from tally import Tally

pytestmark = pytest.mark.skipif(not (shutil.which("java") and shutil.which("mvn")), reason="`tools/install_deps.sh peers` brings them")

LIBRARIES = ("psycopg2-binary==2.9.10", "asyncpg==0.30.0", "pymysql==1.1.1", "mysql-connector-python==9.1.0", "redis==5.0.8",
             "pymongo==4.10.1", "paho-mqtt==2.1.0", "nats-py==2.11.0", "pika==1.3.2", "confluent-kafka==2.16.1")
BOTH_ENDS = {"postgresql", "mysql", "redis", "memcached", "http"}  # whose servers' spans say the same as those of clients
LOG_IN = "host shop clear 127.0.0.1/32 password\n"  # as it is, not hashed
LOCATION = ("location = /vault {{ add_header Set-Cookie 'session=sesame-of-the-answer'; return 200; }}"
            " location /app {{ include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME {script}; fastcgi_pass {address};"
            " add_header Set-Cookie 'session=sesame-of-the-answer'; }}")
EVERYTHING = "log_level: debug\nattributes: {select: {'*': {include: ['*'], exclude: ['db.response.error']}}}\n"


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """System -> port of its server."""
    folder = tmp_path_factory.mktemp("servers")
    accounts = folder / "accounts"
    accounts.write_text("bob:hunter2memcached\n")
    with Postgres(LOG_IN) as postgres, MariaDb() as mysql, RedisServer(folder) as redis, Memcached("-Y", accounts) as memcached, \
            MongoServer() as mongo, Mosquitto() as mqtt, NatsServer() as nats, RabbitMq() as rabbitmq, KafkaBroker() as kafka, \
            PhpFpm() as php, Nginx(locations=LOCATION.format(script=php.script, address=php.address)) as nginx:
        yield {"postgresql": postgres.port, "mysql": mysql.port, "redis": redis.port, "memcached": memcached.port,
               "mongodb": mongo.port, "mqtt": mqtt.port, "nats": nats.port, "amqp": rabbitmq.port, "kafka": kafka.sasl_port,
               "http": nginx.port}


def system_of(labels):
    """By the attributes of a span or the labels of a series, which have '_' for '.'."""
    named = {key.replace(".", "_"): value for key, value in labels.items()}
    return named.get("db_system_name") or named.get("messaging_system") or ("http" if "http_request_method" in named else None)


def by_system(counts):
    """(labels, count) of each -> how many of each system."""
    found = collections.Counter()
    for labels, count in counts:
        found[system_of(labels)] += count
    return found


TYPES = {"SQLClient(subType=1": "postgresql", "SQLServer(subType=1": "postgresql", "SQLClient(subType=2": "mysql",
         "SQLServer(subType=2": "mysql", "Redis": "redis", "Memcached": "memcached", "Mongo": "mongodb", "MQTT": "mqtt",
         "NATS": "nats", "AMQP": "amqp", "Kafka": "kafka", "HTTP": "http"}


def printed(agent, form):
    """How many lines, or spans in JSON, of each system."""
    found = collections.Counter()
    if form == "text":
        types = re.findall(r"^\S+ \S+ \(\S+\) ([^)]*)", agent.out.read_text(errors="replace"), re.M)
    else:
        numbers = {"postgresql": 1, "mysql": 2}
        types = [f"{span['type']}(subType={numbers.get(span['attributes'].get('dbSystemName'), 0)}" for span in agent.spans()]
    for kind in types:
        found.update(system for start, system in TYPES.items() if kind.startswith(start))
    return found


METRIC = r"(?:db_\w+_operation|messaging_client_operation|messaging_process|http_\w+_request)_duration_seconds_count"
HISTOGRAMS = ("db.client.operation.duration", "db.server.operation.duration", "messaging.client.operation.duration",
              "messaging.process.duration", "http.server.request.duration", "http.client.request.duration")


def scraped(page):
    return by_system(series(page, METRIC))


def received(receiver):
    return by_system((dict(key), count) for key, count in receiver.histogram_counts(*HISTOGRAMS).items())


@pytest.mark.parametrize("form, more", [("text", ""), ("json", ""), ("json", EVERYTHING)], ids=["text", "json", "every attribute"])
def test_no_secret_is_reported(places, tmp_path, form, more):
    ports = ",".join(map(str, places.values()))
    config = (f"discovery: {{instrument: [{{cmd_args: '*secrets_client*'}}, {{open_ports: '{ports}'}}, {{exe_path: '*/bin/postgres'}},"
              f" {{exe_path: '*php-fpm*'}}]}}\n{more}")
    page = f"http://127.0.0.1:{(prometheus := free_port())}/metrics"
    recording = tmp_path / "run.obiseg"
    record = ["--record", str(recording), *([] if more else ["--record-redact"])]
    python = ":".join(python_path(library) for library in LIBRARIES)
    with OtlpReceiver() as receiver, Tally(f"secrets, {form}") as tally:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.port}", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
               "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT": "200ms", "OTEL_EBPF_METRICS_INTERVAL": "1s",
               "OTEL_EBPF_PROMETHEUS_PORT": str(prometheus)}
        client = [sys.executable, PEERS / "secrets_client.py", json.dumps(places)]
        with Agent(env, config, record, form) as agent, JsonClient(client, {"PYTHONPATH": python}) as talker:
            agent.wait_for_instrumented(2 + len(places))
            reported = talker.go()
            due = {system: facts["operations"] * (2 if system in BOTH_ENDS else 1) for system, facts in reported.items()}
            counts = {"printer": lambda: printed(agent, form), "Prometheus": lambda: scraped(get(page)),
                      "OTLP traces": lambda: by_system((attributes, 1) for _, _, attributes in receiver.spans()),
                      "OTLP metrics": lambda: received(receiver)}
            for export, count in counts.items():
                try:
                    wait_for(lambda: all(count()[system] >= least for system, least in due.items()), 10, export)
                except AssertionError:
                    pass  # the table tells what is missing
                found = count()
                for system, least in due.items():
                    tally.expect(system, 1, f"{export}: operations, at least", least, min(least, found[system]))
            written = {"Prometheus": get(page).encode(), "own metrics": agent.metrics().encode(),
                       "OTLP traces": b"".join(receiver.bodies["/v1/traces"]), "OTLP metrics": b"".join(receiver.bodies["/v1/metrics"])}
            written |= {"log": agent.stop().encode(), "printer": agent.out.read_bytes(), "recording": recording.read_bytes()}
        if more:  # what the agent had before it, as it was
            raw = written.pop("recording")
            for system, facts in reported.items():
                seen = sum(secret.encode() in raw for secret in facts["secrets"].values())
                tally.expect(system, 1, "secrets captured, of each four at least three", True, 4 * seen >= 3 * len(facts["secrets"]))
        for export, data in written.items():
            for system, facts in reported.items():
                leaks = [where for where, secret in facts["secrets"].items() if secret.encode() in data]
                tally.expect(system, 1, f"{export}: secrets", [], leaks)
        assert b"vault" in written["OTLP traces"] and b"vault" in written["printer"]
