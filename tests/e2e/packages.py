# SPDX-License-Identifier: Apache-2.0
"""Client libraries and servers of PyPI, npm and Maven that tests use as peers.

Each function takes pinned packages ("pymongo==4.15.3", "mongodb@6.20.0", "group:artifact:1.2"), installs
them with their dependencies into a folder of their own under ~/.cache/obi, once, and returns what a program needs to find
them. Nothing is installed globally. Several test runs may ask at once.
"""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import sys

CACHE = pathlib.Path(os.environ.get("OBI_PACKAGES", pathlib.Path.home() / ".cache" / "obi" / "packages"))


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout}"


@contextlib.contextmanager
def folder_for(kind, pins):
    """The folder of these packages, and whether it has yet to be filled."""
    name = f"{kind}-{pins[0].split(':')[-2] if ':' in pins[0] else pins[0]}"
    digest = hashlib.sha256("\n".join(pins).encode()).hexdigest()[:8]
    folder = CACHE / f"{name.replace('/', '-').replace('@', '-')}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / ".installed"
        if done.exists():
            yield folder, False
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield folder, True
        done.touch()


def python_path(*pins):
    """Value of PYTHONPATH with which this Python finds the packages of PyPI."""
    # What a package needs may differ from one patch of Python to the next.
    with folder_for(f"pypi{platform.python_version()}", pins) as (folder, is_new):
        if is_new:
            run(sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--target", folder, *pins)
    return str(folder)


def node_path(*pins):
    """Value of NODE_PATH with which node's require() finds the packages of npm. Their install scripts don't run."""
    with folder_for("npm", pins) as (folder, is_new):
        if is_new:
            (folder / "package.json").write_text('{"private": true}')
            run("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, *pins)
    return str(folder / "node_modules")


POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>obi</groupId><artifactId>peers</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>{}</dependencies>
</project>
"""
DEPENDENCY = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"


def class_path(*pins):
    """Value of java's -cp with the jars of Maven."""
    with folder_for("maven", pins) as (folder, is_new):
        if is_new:
            (folder / "pom.xml").write_text(POM.format("".join(DEPENDENCY.format(*pin.split(":")) for pin in pins)))
            run("mvn", "-q", "-B", "-f", folder / "pom.xml", "dependency:copy-dependencies",
                f"-DoutputDirectory={folder}", "-DincludeScope=runtime")
    return f"{folder}/*"
