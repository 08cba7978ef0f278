"""Servers that can be told to stand still, as overloaded ones do: the moment at which whoever asked them is killed."""

import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class StandsStill:
    """`stand_still("before")`: the next request waits before it is taken; "after": when it was taken, before the answer.

    `stands` is set once somebody waits there; `go_on()` lets everybody through, from then on.
    """

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.got = []  # what was taken, in order
        self.stands, self._go, self._at = threading.Event(), threading.Event(), ""

    @property
    def port(self):
        return self.server_address[1]

    def stand_still(self, at):
        self.stands.clear()
        self._go.clear()
        self._at = at

    def go_on(self):
        self._at = ""
        self._go.set()

    def come_to(self, place):
        if place == self._at:
            self.stands.set()
            self._go.wait(30)

    def handle_error(self, request, client_address):
        """Connections of killed processes break: that is the point."""


class _Mail(socketserver.StreamRequestHandler):
    def handle(self):
        self._say("220 slow.example")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                self._say("250 slow.example")
            elif word == b"DATA":
                self.server.come_to("before")
                self._say("354 go on")
                self.server.got.append(self._data())
                self.server.come_to("after")
                self._say("250 taken")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _data(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line)
        raise ConnectionError("the sender is gone in the middle of its mail")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class SlowSmtp(StandsStill, socketserver.ThreadingTCPServer):
    """Takes every mail: `got` has them raw."""

    daemon_threads = True


class _Event(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.come_to("before")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.server.come_to("after")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class SlowHttp(StandsStill, ThreadingHTTPServer):
    """Takes every request: `got` has headers and body of each."""


@contextmanager
def serving(server_class, handler):
    with server_class(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.go_on()
            server.shutdown()
            thread.join(5)


def slow_smtp():
    return serving(SlowSmtp, _Mail)


def slow_http():
    return serving(SlowHttp, _Event)
