# SPDX-License-Identifier: Apache-2.0
"""Brokers of Debian and of Maven, each from a folder and with a configuration of its own, on 127.0.0.1 only; and clients that wait for
their cue."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from agent import free_port, wait_for, wait_for_port
from packages import class_path


class Broker:
    """Base: a process in a folder; `port` answers once it is entered."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="obi-broker-"))
        self.port = free_port()
        self.process = None

    def start(self, *command, env=None, timeout=30, stdin=subprocess.DEVNULL):
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(list(map(str, command)), stdin=stdin, stdout=log,
                                            stderr=subprocess.STDOUT, cwd=self.folder, env=env)
        wait_for_port(self.port, timeout)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


class Mosquitto(Broker):
    def __enter__(self):
        (self.folder / "conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\nmax_queued_messages 0\nlog_type error\n"
            "set_tcp_nodelay true\n")
        return self.start("/usr/sbin/mosquitto", "-c", self.folder / "conf")


class NatsServer(Broker):
    def __enter__(self):
        (self.folder / "conf").write_text("authorization { user: joe, password: hunter2nats }\n")
        return self.start("/usr/sbin/nats-server", "-a", "127.0.0.1", "-p", self.port, "-c", self.folder / "conf")


class RabbitMq(Broker):
    """Speaks AMQP 0-9-1 and, by its plugin, 1.0. Its name server is one of our own."""

    def __enter__(self):
        epmd_port = free_port()
        self.epmd = subprocess.Popen(["epmd", "-address", "127.0.0.1", "-port", str(epmd_port)])
        (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        (self.folder / "plugins").write_text("[rabbitmq_amqp1_0].\n")
        env = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(epmd_port), "RABBITMQ_NODENAME": f"obi{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder), "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null", "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "generated"), "LANG": "C.UTF-8",
        }
        try:
            return self.start("/usr/lib/rabbitmq/bin/rabbitmq-server", env=env, timeout=90)
        except BaseException:
            self.epmd.terminate()
            raise

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.epmd.terminate()
        self.epmd.wait(10)


class Artemis(Broker):
    """Speaks AMQP 1.0."""

    PINS = ("org.apache.activemq:artemis-server:2.40.0", "org.apache.activemq:artemis-amqp-protocol:2.40.0")

    def __enter__(self):
        program = pathlib.Path(__file__).with_name("ArtemisServer.java")
        return self.start("java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", class_path(*self.PINS), program, self.port, timeout=90,
                          stdin=subprocess.PIPE)


class Client:
    """A program that prints `waiting`, goes on at a line, and prints one line of what it did."""

    def __init__(self, *command, env=None):
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(env or {})})
        assert self.process.stdout.readline() == "waiting\n"

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
