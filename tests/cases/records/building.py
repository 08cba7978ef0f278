"""Records to ask: an operator's server, and files."""

import io
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from accounts.actors import Actor
from cases.records import importing
from cases.records.models import RecordFile

KEY = "the key of the records"
ROW = {
    "code": "FT26326004511",
    "customer": "BX100231",
    "amount": 2_000_000,
    "at": "2026-11-22T09:05:00+07:00",
    "status": "credited",
    "bank": "VCB",
    "account": "0451000123456",
    "content": "BX100231 nap tien 0451000123456",
}
STATEMENT = (
    "NGÂN HÀNG BẾN XANH;;;;\n"
    "Sổ phụ tài khoản 19036667778889;;;;\n"
    "STT;Ngày giao dịch;Số tham chiếu;Ghi nợ;Ghi có;Nội dung\n"
    "1;22/11/2026 09:05:00;FT26326004511;;2.000.000;BX100231 nap tien\n"
    "2;22/11/2026 10:00:00;FT26326004777;500.000;;Chi tra lenh RT88120A9\n"
    "Tổng cộng;;;500.000;2.000.000;\n"
)


@contextmanager
def operator(answer):
    """The operator's server: `answer(kind, asked)` gives (status, body) or (status, body, headers); `.got` are the requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            kind = parts.path.rpartition("/")[2]
            server.got.append((kind, asked, dict(self.headers)))
            status, body, *headers = answer(kind, asked)
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in (headers[0] if headers else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.got = []
    server.url = f"http://127.0.0.1:{server.server_port}/records/v1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def connect(settings, server):
    """The settings name that server."""
    settings.OPERATOR_RECORDS_URL, settings.OPERATOR_RECORDS_KEY = server.url, KEY


def deposits(*rows):
    """An operator who keeps books on deposits alone."""
    return lambda kind, asked: (200, {"rows": [*rows] if kind == "deposits" else []})


def hand_in(user, text=STATEMENT, *, content="statement", filename="sao-ke.csv", encoding="utf-8"):
    """The file, handed in by `user`."""
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return importing.hand_in(io.BytesIO(data), filename=filename, content=content, actor=Actor.staff(user))


def take_over(user, text=STATEMENT, **how):
    """The file handed in, its columns confirmed as they were guessed, and read."""
    file = hand_in(user, text, **how)
    if file.state == RecordFile.State.UPLOADED:
        importing.confirm_columns(file, file.columns, actor=Actor.staff(user))
    importing.read(file.pk)
    file.refresh_from_db()
    return file
