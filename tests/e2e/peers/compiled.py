# SPDX-License-Identifier: Apache-2.0
"""Peers that are written in C."""
import pathlib
import subprocess


def compiled(source, folder, *flags):
    """The program made of the file of that name beside this one, called as it is; `flags` for the compiler, libraries too."""
    program = folder / source.removesuffix(".c")
    subprocess.run(["cc", "-O1", "-o", program, pathlib.Path(__file__).with_name(source), *flags], check=True)
    return str(program)
