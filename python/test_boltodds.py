"""python3 -m unittest discover python: the cases that every reader must pass, and the readers."""

import gzip
import http.server
import io
import json
import os
import tempfile
import threading
import unittest
from pathlib import Path

import boltodds

CASES = Path(__file__).parent.parent / "packages" / "protocol" / "cases"


def as_case(book):
    """A book as the cases write it."""

    def line_of(game, line):
        return {
            **line,
            "is_live": boltodds.is_live(book, game, line),
            "is_actionable": boltodds.is_actionable(book, game, line),
        }

    return {
        "run": book.run,
        "lossy": book.lossy,
        "stale_sessions": sorted(book.stale_sessions),
        "stale_sportsbooks": [
            {"session": session, "sportsbook": sportsbook} for session, sportsbook in sorted(book.stale_sportsbooks)
        ],
        "games": [
            {**game, "lines": [line_of(game, line) for _, line in sorted(game["lines"].items())]}
            for _, game in sorted(book.games.items())
        ],
    }


class Cases(unittest.TestCase):
    maxDiff = None

    def test_every_case(self):
        files = sorted(CASES.glob("*.json"))
        self.assertGreater(len(files), 20)
        for file in files:
            case = json.loads(file.read_text())
            book = boltodds.Book()
            for number, step in enumerate(case["steps"]):
                boltodds.fold(book, step["records"])
                with self.subTest(case=case["name"], step=number):
                    self.assertEqual(as_case(book), step["book"])

    def test_a_record_is_actionable_while_it_is_the_newest_of_its_line(self):
        case = json.loads((CASES / "opened.json").read_text())
        book = boltodds.Book()
        records = [record for step in case["steps"] for record in step["records"]]
        book.fold(records)
        prices = [record for record in records if record.get("outcome") == "Home"]
        self.assertEqual([boltodds.is_actionable_record(book, record) for record in prices], [False, True])
        self.assertFalse(boltodds.is_actionable_record(book, records[0]))
        book.fold([{"control": "dropped"}])
        self.assertFalse(boltodds.is_actionable_record(book, prices[-1]))
        self.assertEqual(list(book.actionable()), [])


LINES = b'{"control":"stream_started","run":"a","session":"main"}\n{"control":"tick","text":"\xe2\x80\xa8"}\n'


class Readers(unittest.TestCase):
    def read(self, data, name="odds.ndjson"):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name)
            Path(path).write_bytes(data)
            return list(boltodds.read_file(path))

    def test_a_file_plain_and_compressed(self):
        whole = self.read(LINES)
        self.assertEqual([record["control"] for record in whole], ["stream_started", "tick"])
        self.assertEqual(self.read(gzip.compress(LINES), "odds.ndjson.gz"), whole)

    def test_a_file_that_is_still_being_written(self):
        self.assertEqual(len(self.read(LINES + b'{"control":"gap_op')), 2)
        many = b"".join(b'{"control":"tick","n":%d}\n' % number for number in range(100_000))
        cut = gzip.compress(many)[:-2000]
        self.assertGreater(len(self.read(cut)), 1000)

    def test_a_line_that_cannot_be_read_is_named(self):
        with self.assertRaisesRegex(ValueError, "line 2 of .*odds.ndjson"):
            self.read(b"{}\n{broken\n{}\n")
        with self.assertRaisesRegex(ValueError, "zstd -dc"):
            self.read(b"\x28\xb5\x2f\xfd....")

    def test_groups_end_with_last(self):
        records = [{"n": 1}, {"n": 2, "last": True}, {"n": 3}]
        self.assertEqual([len(group) for group in boltodds.groups(records)], [2, 1])

    def test_lines_end_at_line_feeds_alone(self):
        self.assertEqual(len(list(boltodds.read_lines(io.BytesIO(LINES)))), 2)


class Server(http.server.BaseHTTPRequestHandler):
    """Sends two events and breaks off in the third; sends an empty answer the second time."""

    asked = 0

    def do_GET(self):
        type(self).asked += 1
        if self.path == "/refused":
            self.send_error(401)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"retry: 1000\n\nid: 1\ndata: " + LINES.splitlines()[0] + b"\n\n")
        self.wfile.write(b": a comment\n\ndata: {\"control\":\"synced\",\ndata: \"last\":true}\n\ndata: {\"control\":\"to")
        if self.path == "/mute":
            self.wfile.flush()
            Server.mute.wait(20)

    mute = threading.Event()

    def log_message(self, *_):
        pass


class Streams(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def tearDown(self):
        Server.mute.set()
        self.server.shutdown()
        self.server.server_close()

    def kinds(self, path, **options):
        return [record["control"] for record in boltodds.read_stream(self.url + path, reconnect=False, **options)]

    def test_what_a_broken_connection_leaves_is_dropped(self):
        self.assertEqual(self.kinds("/"), ["stream_started", "synced", "dropped"])

    def test_silence_is_a_loss_too(self):
        Server.mute.clear()
        self.assertEqual(self.kinds("/mute", silence=0.3), ["stream_started", "synced", "dropped"])

    def test_it_connects_again(self):
        found = []
        for record in boltodds.read_stream(self.url + "/"):
            found.append(record["control"])
            if found.count("stream_started") == 2:
                break
        self.assertEqual(found, ["stream_started", "synced", "dropped", "stream_started"])

    def test_a_refusal_is_raised(self):
        with self.assertRaises(boltodds.urllib.error.HTTPError):
            self.kinds("/refused")


if __name__ == "__main__":
    unittest.main()
