"""A client in the manner of the vendor's documentation, for the test beside it.

Dial, read the acknowledgement, subscribe to the example's sports, sportsbooks and games, then read for ever and tell
messages apart by their action; reconnect after five seconds. The example of 2025 reads one object a frame, so this does
too unless it is told --arrays. Beyond the example it takes the address from the command line, and ends once it has seen
what it waits for.
"""

import asyncio
import json
import sys

import websockets

uri = sys.argv[1]
arrays = "--arrays" in sys.argv
seen = {}


def handle(data):
    action = data["action"]
    seen[action] = seen.get(action, 0) + 1
    if action == "ping":
        return
    if action in ("initial_state", "game_update", "game_added", "line_update"):
        # As the example does: odds that are None or empty mean that the line is gone.
        for name, outcome in data["data"]["outcomes"].items():
            if outcome["odds"] is None or outcome["odds"] == "":
                continue
            int(outcome["odds"])
        print(action, data["data"]["sportsbook"], data["data"]["game"], flush=True)
    elif action in ("game_removed", "sport_clear", "book_clear"):
        print(action, data["data"]["sportsbook"], flush=True)


async def run_client():
    while True:
        try:
            async with websockets.connect(uri, max_size=None) as websocket:
                ack_message = await websocket.recv()
                print(ack_message, flush=True)

                subscribe_message = {
                    "action": "subscribe",
                    "filters": {
                        "sports": ["NBA", "MLB", "Wimbledon (M)"],
                        "sportsbooks": ["draftkings", "betmgm"],
                        "games": [
                            "San Francisco Giants vs Philadelphia Phillies, 2025-07-07, 09",
                            "Corinthians vs Bragantino, 2025-07-13, 06",
                        ],
                    },
                }
                await websocket.send(json.dumps(subscribe_message))

                while True:
                    message = await websocket.recv()
                    data = json.loads(message)
                    for one in data if arrays and isinstance(data, list) else [data]:
                        handle(one)
                    if seen.get("initial_state", 0) >= 2 and seen.get("line_update", 0) >= 3:
                        return
        except websockets.ConnectionClosed:
            print("connection closed; reconnecting in 5 s", file=sys.stderr, flush=True)
            await asyncio.sleep(5)


asyncio.run(asyncio.wait_for(run_client(), 20))
