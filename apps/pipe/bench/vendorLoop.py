"""The loop of the vendor's documentation: receive, parse, print. vendorLoop.py URL MESSAGES"""

import asyncio
import json
import sys

import websockets


async def main(url: str, wanted: int) -> None:
    async with websockets.connect(url, max_size=None) as socket:
        messages = 0
        async for text in socket:
            value = json.loads(text)
            if isinstance(value, dict):
                action = value.get("action")
                if action == "socket_connected":
                    await socket.send(json.dumps({"action": "subscribe", "filters": {}}))
                if action in ("socket_connected", "ping"):
                    continue
            messages += len(value) if isinstance(value, list) else 1
            print(text)
            if messages >= wanted:
                return


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
