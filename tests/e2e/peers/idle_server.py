# SPDX-License-Identifier: Apache-2.0
"""Answers every request and keeps the connection. Usage: idle_server.py PORT"""
import asyncio
import sys


async def answer(reader, writer):
    while await reader.readline():
        while (await reader.readline()).strip():
            pass
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    await server.serve_forever()


asyncio.run(main())
