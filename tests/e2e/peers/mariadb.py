# SPDX-License-Identifier: Apache-2.0
"""A real MariaDB on a port and a Unix socket of its own, with its data in a temporary folder."""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from agent import free_port, wait_for  # noqa: E402

USER, PASSWORD, DATABASE = "alice", "planted-password", "shop"

SETUP = f"""
CREATE DATABASE {DATABASE};
CREATE DATABASE other;
CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO {USER}@'%' WITH GRANT OPTION;
CREATE TABLE {DATABASE}.items (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100), body MEDIUMBLOB);
CREATE TABLE {DATABASE}.large (id INT PRIMARY KEY, body VARCHAR(200));
INSERT INTO {DATABASE}.large SELECT seq, REPEAT('x', 100 + seq MOD 100) FROM {DATABASE}.seq_1_to_2000;
CREATE TABLE other.items (id INT);
DELIMITER //
CREATE PROCEDURE {DATABASE}.two_results() BEGIN SELECT 1; SELECT 2; END//
"""


class MariaDb:
    def __init__(self, *arguments):
        self.arguments = arguments
        self.folder = tempfile.TemporaryDirectory(prefix="obi-mariadb-")
        self.root = pathlib.Path(self.folder.name)
        self.port = free_port()
        self.socket = str(self.root / "socket")
        self.process = None

    def __enter__(self):
        data = self.root / "data"
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}", "--skip-test-db",
             "--auth-root-authentication-method=normal", "--innodb-log-file-size=8M"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120,
        )
        self.process = subprocess.Popen(
            ["mariadbd", "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={self.socket}", f"--port={self.port}",
             "--bind-address=127.0.0.1", "--skip-name-resolve", "--local-infile=1", "--innodb-buffer-pool-size=32M",
             "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=0", "--max-allowed-packet=64M",
             f"--log-error={self.root / 'log'}", *self.arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        wait_for(self.answers, 60, "MariaDB")
        return self

    def answers(self):
        """Runs the set-up once the server is there."""
        assert self.process.poll() is None, (self.root / "log").read_text(errors="replace")
        if not pathlib.Path(self.socket).exists():
            return False
        self.sql(SETUP)
        return True

    def sql(self, text):
        subprocess.run(["mariadb", "--no-defaults", "--user=root", f"--socket={self.socket}"], input=text, text=True, check=True,
                       timeout=60)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        self.folder.cleanup()
