# SPDX-License-Identifier: Apache-2.0
"""Opens N connections, sends one request on each and keeps them all. Usage: idle_client.py PORT N"""
import asyncio
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])


async def one_request():
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /idle HTTP/1.1\r\nHost: h\r\n\r\n")
    await reader.readuntil(b"ok")
    return writer


async def main():
    writers = []
    for _ in range(0, count, 100):
        writers += await asyncio.gather(*(one_request() for _ in range(100)))
    print(len(writers), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


print("waiting", flush=True)
sys.stdin.readline()
asyncio.run(main())
