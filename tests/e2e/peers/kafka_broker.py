# SPDX-License-Identifier: Apache-2.0
"""A Kafka broker that is its own controller, in a folder of its own; `sasl_port` wants bob and his password."""
import pathlib
import signal
import subprocess
import tempfile

from agent import free_port, wait_for
from packages import class_path

BROKER = "org.apache.kafka:kafka_2.13:4.3.1"
JAVA = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
CLUSTER = "4L6g3nShT-eMCtK--X86sw"
PROPERTIES = """
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},SASL://127.0.0.1:{sasl_port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL://127.0.0.1:{sasl_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_bob="hunter2kafka";
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller}
log.dirs={folder}/logs
num.network.threads=2
num.io.threads=4
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.index.size.max.bytes=65536
log.cleaner.dedupe.buffer.size=4194304
"""


class KafkaBroker:
    def __enter__(self):
        self.classes = class_path(BROKER)
        self.folder = tempfile.TemporaryDirectory(prefix="obi-kafka-")
        folder = pathlib.Path(self.folder.name)
        self.port, self.sasl_port = free_port(), free_port()
        properties = folder / "server.properties"
        properties.write_text(PROPERTIES.format(port=self.port, sasl_port=self.sasl_port, controller=free_port(), folder=folder))
        command = [*JAVA, "-cp", self.classes]
        subprocess.run([*command, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", properties], cwd=folder,
                       capture_output=True, text=True, check=True, timeout=120)
        self.log = folder / "broker.log"
        self.process = subprocess.Popen([*command, "kafka.Kafka", properties], cwd=folder, stdin=subprocess.DEVNULL,
                                        stdout=self.log.open("wb"), stderr=subprocess.STDOUT)
        # The listener is there before the broker takes requests; the client that makes the topics waits for that.
        wait_for(self.is_listening, 120, f"the broker's port {self.port}")
        return self

    def is_listening(self):
        assert self.process.poll() is None, self.log.read_text()
        port = f":{self.port:04X}"
        tables = (pathlib.Path(f"/proc/net/{table}").read_text() for table in ("tcp", "tcp6"))
        return any(port in line.split()[1] and line.split()[3] == "0A" for table in tables for line in table.splitlines()[1:])

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.folder.cleanup()
