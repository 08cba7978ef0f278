"""A mail server that can be told to stand still, as overloaded servers do."""

import socketserver
import threading
from contextlib import contextmanager


class _Mail(socketserver.StreamRequestHandler):
    def handle(self):
        server = self.server
        self._say("220 slow.example")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                self._say("250 slow.example")
            elif word == b"DATA":
                server.reached.set()
                if server.stands_still == "before":
                    server.go_on.wait(30)
                self._say("354 go on")
                server.mails.append(self._data())
                server.taken.set()
                if server.stands_still == "after":
                    server.go_on.wait(30)
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
                break
            lines.append(line)
        return b"".join(lines)

    def _say(self, text):
        try:
            self.wfile.write(f"{text}\r\n".encode())
        except OSError:  # who asked is dead
            return


class SlowSmtp(socketserver.ThreadingTCPServer):
    """`stands_still`: "before" taking the mail, "after" having taken it, or "" for never."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Mail)
        self.stands_still = ""
        self.mails = []
        self.reached, self.taken, self.go_on = threading.Event(), threading.Event(), threading.Event()

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        """Connections of killed processes break: that is the point."""


@contextmanager
def slow_smtp():
    with SlowSmtp() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.go_on.set()
            server.shutdown()
            thread.join(5)
