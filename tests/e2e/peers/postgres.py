# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of its own in a temporary folder, run by an unprivileged user."""
import pathlib
import shutil
import subprocess
import tempfile

from agent import free_port, wait_for

USER = "postgres"  # comes with Debian's package


def programs():
    return sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]


class Postgres:
    def __init__(self, accounts=""):
        """`accounts`: lines of pg_hba.conf before those that trust everybody."""
        self.accounts = accounts

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="obi-postgres-"))
        shutil.chown(self.folder, USER)
        self.port = free_port()
        self.run("initdb", "-D", self.folder / "data", "-A", "trust", "-U", USER, "--no-locale", "-E", "UTF8", "--no-sync")
        rules = self.folder / "data" / "pg_hba.conf"
        rules.write_text(self.accounts + rules.read_text())
        self.log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(
            [*self.as_user(), programs() / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-h", "127.0.0.1",
             "-k", self.folder, "-c", "max_connections=150", "-c", "fsync=off"],
            cwd=self.folder, stdout=self.log, stderr=self.log)
        wait_for(lambda: self.sql("SELECT 1", "postgres", check=False).returncode == 0, 30, "PostgreSQL")
        self.sql("CREATE DATABASE shop", "postgres")
        self.sql("CREATE TABLE items (id serial, name text, owner int); CREATE TABLE owners (id int);"
                 " INSERT INTO owners SELECT generate_series(1, 5)")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def as_user():
        return ["setpriv", "--reuid", USER, "--regid", USER, "--init-groups"]

    def run(self, program, *arguments):
        subprocess.run([*self.as_user(), programs() / program, *arguments], cwd=self.folder, check=True, capture_output=True)

    def sql(self, text, database="shop", check=True):
        return subprocess.run([programs() / "psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d",
                               database, "-c", text], check=check, capture_output=True)
