"""The loop of the vendor's documentation: receive, parse, print. vendorLoop.py URL runs until SIGTERM."""

import asyncio
import json
import signal
import sys

import websockets


async def main(url: str) -> None:
    async with websockets.connect(url, max_size=None, compression=None) as socket:
        async for text in socket:
            value = json.loads(text)
            if isinstance(value, dict):
                action = value.get("action")
                if action == "socket_connected":
                    await socket.send(json.dumps({"action": "subscribe", "filters": {}}))
                if action in ("socket_connected", "ping"):
                    continue
                print(text)
            else:
                for message in value:
                    print(json.dumps(message, separators=(",", ":")))


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
asyncio.run(main(sys.argv[1]))
