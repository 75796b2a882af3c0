"""Reads the records of boltodds-pipe, and keeps the book that they make. One file, Python 3.9 or newer, no dependencies.

    import boltodds

    book = boltodds.Book()
    for group in boltodds.groups(boltodds.read_stream("http://127.0.0.1:7880/v1/stream?sport=NBA")):
        book.fold(group)
        for record in group:
            if boltodds.is_actionable_record(book, record):
                print(record["sportsbook"], record["game"], record["outcome"], record["odds"])

Records come from standard input (`read_stdin`), files (`read_file`, also .gz) or a server (`read_stream`). All three give
dicts, one for each record of `--emit changes`. What is not known to be live is never reported as live: ask `is_live` or
`is_actionable` before a price is used. `python3 boltodds.py SOURCE` prints each price that may be acted on.
"""

from __future__ import annotations

import gzip
import http.client
import json
import random
import socket
import sys
import time
import urllib.error
import urllib.request
from typing import Any, BinaryIO, Dict, Iterable, Iterator, List, Optional, Set, Tuple

__version__ = "0.0.0"
__all__ = [
    "Book", "fold", "groups", "is_actionable", "is_actionable_record", "is_live", "read_file", "read_lines", "read_stdin",
    "read_stream",
]

Record = Dict[str, Any]
Line = Dict[str, Any]
Game = Dict[str, Any]

_GAME_FIELDS = (
    "session", "sport", "sportsbook", "game", "universal_game_id", "book_game_id", "home_team", "away_team", "starts_at",
)
_LINE_FIELDS = ("outcome", "market", "target", "target_kind", "side", "line", "line_derived", "odds", "link")
# Only there where the feed sent something unusual.
_LINE_EXTRAS = ("line_split", "market_raw", "target_raw", "side_raw", "line_raw")
_LINE_CHANGES = frozenset(
    ("line_opened", "line_moved", "line_suspended", "line_resumed", "line_amended")
)


class Book:
    """What is known: `games` by (sportsbook, game), each with its `lines` by outcome. Both are dicts with the fields of
    records, and `verified`."""

    def __init__(self) -> None:
        self.games: Dict[Tuple[str, str], Game] = {}
        self.stale_sessions: Set[str] = set()
        #: (session, sportsbook)
        self.stale_sportsbooks: Set[Tuple[str, str]] = set()
        #: Records were lost on the way here: nothing is live until everything has been sent again.
        self.lossy = False
        #: The run whose records made it.
        self.run: Optional[str] = None

    def fold(self, records: Iterable[Record]) -> "Book":
        """Takes the next records, in their order. Kinds that are not known are passed over. Returns this book."""
        for record in records:
            if "control" in record:
                self._control(record)
            elif "outcome" in record:
                self._line(record)
            else:
                self._game(record)
            if self.run is None:
                self.run = record.get("run")
        return self

    def game(self, sportsbook: str, game: str) -> Optional[Game]:
        return self.games.get((sportsbook, game))

    def line(self, sportsbook: str, game: str, outcome: str) -> Optional[Line]:
        found = self.games.get((sportsbook, game))
        return None if found is None else found["lines"].get(outcome)

    def actionable(self) -> Iterator[Tuple[Game, Line]]:
        """Every line that may be acted on, with its game."""
        for game in self.games.values():
            for line in game["lines"].values():
                if is_actionable(self, game, line):
                    yield game, line

    def _open(self, record: Record, partial: bool) -> Game:
        game: Game = {field: record.get(field) for field in _GAME_FIELDS}
        game["partial"] = partial
        game["verified"] = not partial and record.get("unverified") is not True
        game["lines"] = {}
        self.games[record["sportsbook"], record["game"]] = game
        return game

    def _game(self, record: Record) -> None:
        key = (record.get("sportsbook"), record.get("game"))
        change = record.get("change")
        if change == "game_opened":
            self._open(record, record["partial"])
        elif change == "game_amended":
            game = self.games.get(key)  # type: ignore[arg-type]
            if game is None:
                # Its opening and its lines were sent before this reader began.
                self._open(record, record["partial"])["verified"] = False
            else:
                game.update({field: record.get(field) for field in _GAME_FIELDS})
                game["partial"] = record["partial"]
        elif change == "game_closed":
            self.games.pop(key, None)  # type: ignore[arg-type]

    def _line(self, record: Record) -> None:
        game = self.games.get((record["sportsbook"], record["game"]))
        change = record.get("change")
        if change == "line_closed":
            if game is not None:
                game["lines"].pop(record["outcome"], None)
        elif change in _LINE_CHANGES:
            if game is None:
                game = self._open(record, True)
            line: Line = {field: record.get(field) for field in _LINE_FIELDS}
            line["verified"] = record.get("unverified") is not True
            line.update({field: record[field] for field in _LINE_EXTRAS if field in record})
            game["lines"][record["outcome"]] = line

    def _control(self, record: Record) -> None:
        control = record["control"]
        session = record.get("session")
        if control == "stream_started":
            self.games.clear()
            self.stale_sessions.clear()
            self.stale_sportsbooks.clear()
            self.lossy = False
            self.run = record.get("run")
        elif control == "stream_resumed":
            if self.run != record.get("resumes"):
                # Of a run that was not read nothing is known: what differs from it makes no book.
                self.games.clear()
                self.stale_sportsbooks.clear()
                self.lossy = True
            self.stale_sessions.clear()
            self._invalidate(lambda game: True)
            self.run = record.get("run")
        elif control == "dropped":
            self.lossy = True
        elif control == "stream_stopped":
            self._invalidate(lambda game: True)
        elif control == "gap_opened":
            self.stale_sessions.discard(session)  # type: ignore[arg-type]
            self._invalidate(lambda game: game["session"] == session)
        elif control == "clock_jumped":
            self._invalidate(lambda game: game["session"] == session)
        elif control == "game_verified":
            game = self.games.get((record["sportsbook"], record["game"]))
            if game is not None:
                game["verified"] = True
                for line in game["lines"].values():
                    line["verified"] = True
        elif control == "quarantined":
            self._quarantined(record, session)
        elif control == "stale":
            if record["sportsbook"] is None:
                self.stale_sessions.add(session)  # type: ignore[arg-type]
            else:
                self.stale_sportsbooks.add((session, record["sportsbook"]))  # type: ignore[arg-type]
        elif control == "fresh":
            if record["sportsbook"] is None:
                self.stale_sessions.discard(session)  # type: ignore[arg-type]
            else:
                self.stale_sportsbooks.discard((session, record["sportsbook"]))  # type: ignore[arg-type]

    def _quarantined(self, record: Record, session: Optional[str]) -> None:
        touches, sportsbook, name = record["touches"], record["sportsbook"], record["game"]
        if touches == "session":
            self._invalidate(lambda game: game["session"] == session)
        elif touches == "sportsbook":
            self._invalidate(lambda game: game["session"] == session and game["sportsbook"] == sportsbook)
        elif touches == "game":
            # What another session could not read says nothing of the games of this one.
            self._invalidate(
                lambda game: game["session"] == session and game["sportsbook"] == sportsbook and game["game"] == name
            )

    def _invalidate(self, within: Any) -> None:
        for game in self.games.values():
            if within(game):
                game["verified"] = False
                for line in game["lines"].values():
                    line["verified"] = False


def fold(book: Book, records: Iterable[Record]) -> Book:
    """The book after these records. It is the same object, changed."""
    return book.fold(records)


def is_live(book: Book, game: Game, line: Line) -> bool:
    """Whether a line is known to be what its sportsbook quotes now. It may be suspended: then its odds are None."""
    return (
        line["verified"]
        and not book.lossy
        and game["session"] not in book.stale_sessions
        and (game["session"], game["sportsbook"]) not in book.stale_sportsbooks
    )


def is_actionable(book: Book, game: Game, line: Line) -> bool:
    """Whether a line may be acted on: live, with a price, of a game of which everything was sent."""
    return line["odds"] is not None and not game["partial"] and is_live(book, game, line)


def is_actionable_record(book: Book, record: Record) -> bool:
    """Whether a record is a price that may be acted on: its line is actionable, and has not changed since."""
    if "outcome" not in record or "change" not in record or record["change"] not in _LINE_CHANGES:
        return False
    game = book.game(record["sportsbook"], record["game"])
    line = None if game is None else game["lines"].get(record["outcome"])
    if game is None or line is None or not is_actionable(book, game, line):
        return False
    return all(line[field] == record.get(field) for field in ("odds", "line", "side", "market", "target"))


def groups(records: Iterable[Record]) -> Iterator[List[Record]]:
    """The records that belong together. Only after the last of them is the book what the feed meant."""
    group: List[Record] = []
    for record in records:
        group.append(record)
        if record.get("last") is True:
            yield group
            group = []
    if group:
        yield group


def read_lines(lines: Iterable[bytes], name: str = "input") -> Iterator[Record]:
    """Records of lines of JSON. A last line that was cut off is left out; any other that cannot be read is a ValueError
    with its number."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            if not line.endswith(b"\n"):
                return
            raise ValueError(f"Cannot read line {number} of {name}: {error}") from None
        if not isinstance(record, dict):
            raise ValueError(f"Cannot read line {number} of {name}: it is no record")
        yield record


def read_stdin() -> Iterator[Record]:
    """Records of standard input: `boltodds-pipe --sport NBA | python3 program.py`."""
    return read_lines(sys.stdin.buffer, "standard input")


def read_file(path: str) -> Iterator[Record]:
    """Records of a file that boltodds-pipe wrote, compressed with gzip or not. A file that is still being written ends
    where it ends now."""
    with open(path, "rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic[:2] == b"\x1f\x8b":
            yield from read_lines(_decompressed(file), path)
        elif magic == b"\x28\xb5\x2f\xfd":
            raise ValueError(f"Cannot read {path}: it is compressed with zstd. Write: zstd -dc {path} | python3 …")
        else:
            yield from read_lines(file, path)


def _decompressed(file: BinaryIO) -> Iterator[bytes]:
    with gzip.open(file) as lines:
        try:
            yield from lines
        except EOFError:
            # It is still being written.
            return


def read_stream(
    url: str,
    token: Optional[str] = None,
    silence: float = 25.0,
    reconnect: bool = True,
    headers: Optional[Dict[str, str]] = None,
) -> Iterator[Record]:
    """Records of `/v1/stream` of `boltodds-pipe serve`: a snapshot, then each record as it comes.

    A server sends a heartbeat every 10 s. Where nothing comes for `silence` seconds, or the connection ends, this gives a
    record `dropped`, so that nothing in the book is live any more, and connects again: the new snapshot makes the book
    anew. Without `reconnect` it ends after that record. An answer that no waiting can mend (HTTP 4xx) raises
    urllib.error.HTTPError.
    """
    failures = 0
    while True:
        reason = "the connection ended"
        try:
            request = urllib.request.Request(url, headers={"Accept": "text/event-stream", **(headers or {})})
            if token is not None:
                request.add_header("Authorization", f"Bearer {token}")
            with urllib.request.urlopen(request, timeout=silence) as answer:
                for record in _events(answer, url):
                    failures = 0
                    yield record
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                raise
            reason = f"HTTP {error.code}"
        except (socket.timeout, TimeoutError):
            reason = f"nothing came for {silence:g} s"
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            reason = str(error)
        # Whatever was live is not known to be so from here on.
        yield {"control": "dropped", "lane": "read_stream", "reason": reason, "count": 0, "last": True}
        if not reconnect:
            return
        failures += 1
        time.sleep(random.uniform(0, min(30.0, 2.0**failures)))


def _events(answer: Any, name: str) -> Iterator[Record]:
    """The data of Server-Sent Events. An event that a broken connection cut off is left out."""
    data: List[bytes] = []
    for line in answer:
        line = line.rstrip(b"\r\n")
        if line.startswith(b"data:"):
            data.append(line[6:] if line[5:6] == b" " else line[5:])
        elif line == b"" and data:
            yield from read_lines([b"\n".join(data) + b"\n"], name)
            data = []


def _open(source: str) -> Iterator[Record]:
    if source == "-":
        return read_stdin()
    return read_stream(source) if source.startswith(("http://", "https://")) else read_file(source)


def _main(arguments: List[str]) -> int:
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print("usage: python3 boltodds.py SOURCE\n\nSOURCE is a file, the address of /v1/stream, or - for standard input.")
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 64
    book = Book()
    for group in groups(_open(arguments[0])):
        book.fold(group)
        for record in group:
            if is_actionable_record(book, record):
                price = f"{record['outcome']} {record['previous_odds']} -> {record['odds']}"
                print(f"{record['sportsbook']}: {record['game']}: {price}", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(_main(sys.argv[1:]))
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(0)
