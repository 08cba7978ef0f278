"""Remedies at any stage, and the operator's system that carries them out, speaking real HTTP."""

import hashlib
import hmac
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.models import Customer
from accounts.models import Membership, Role, User
from cases.workflow import answer, deciding, promises, remedies
from cases.workflow._take_step import change_case
from tests.cases.building import customer_of, settle_facts
from tests.cases.complaints.building import complete, decided, found, open_complaint

SECRET = "the secret that signs remedies"
REASON = "Ghi có thêm 340.000 ₫ vào tài khoản của Quý khách."


def in_days(number):
    return timezone.localdate() + timedelta(days=number)


def decided_complaint(owner, category="other", **decision):
    """A complaint that lacks nothing but its remedy; the operator knows the customer."""
    case = open_complaint(category, owner=owner)
    settle_facts(case, owner)
    Customer.objects.filter(pk=case.customer_id).update(external_id=f"BX1002{case.pk}")
    case.customer.refresh_from_db()
    complete(case, owner, **{"no_remedy_because": "", **decision})
    return case


def proposed(**changed):
    said = {"issue": 1, "kind": "credit", "amount": 340_000, "due_on": in_days(2), "reason": REASON}
    return remedies.Proposed(**{**said, **changed})


def propose(case, actor, **changed):
    return remedies.propose(case, actor=actor, proposed=proposed(**changed)).pk


def head(name="yen", role=Role.MANAGER):
    """Somebody who may approve and has had no part in anything."""
    user, is_new = User.objects.get_or_create(username=name, defaults={"is_staff": True, "last_name": name.title()})
    if is_new:
        Membership.objects.create(user=user, role=role)
    return Actor.staff(User.objects.get(pk=user.pk))


def promised(owner, category="other", **changed):
    """A case that was answered with one remedy, and the remedy's id."""
    case = decided_complaint(owner, category)
    pk = propose(case, owner, **changed)
    remedies.approve(case, actor=head(), remedy=pk)
    answer.send_answer(case, actor=owner, body="Chúng tôi ghi có thêm.")
    return case, pk


def accepted(owner, **changed):
    case, pk = promised(owner, **changed)
    answer.accept(case, actor=customer_of(case))
    return case, pk


class Books:
    """What the operator's system did: `paid` holds each key with what was ordered, and how often it was really carried out."""

    def __init__(self):
        self.paid, self.orders, self.asked = {}, [], []
        self.before, self.after, self.says = None, None, None  # hooks: an exception breaks the line there

    def post(self, order):
        self.orders.append(order)
        if self.before:
            self.before()
        if self.says:
            return self.says
        if order["key"] not in self.paid:
            self.paid[order["key"]] = order
        if self.after:
            self.after()
        return 201, self.of(order["key"])

    def get(self, key):
        self.asked.append(key)
        return (200, self.of(key)) if key in self.paid else (404, {"key": key, "status": "unknown"})

    def of(self, key):
        return {"key": key, "status": "done", "reference": f"PAY-{list(self.paid).index(key) + 1}"}


class Broken(Exception):
    """The line breaks."""


def broken():
    raise Broken


@contextmanager
def operator(settings):
    """The operator's server, connected; gives its Books. What is not signed right it does not hear."""
    books = Books()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer("POST", body, lambda: books.post(json.loads(body)))

        def do_GET(self):
            self._answer("GET", b"", lambda: books.get(self.path.rpartition("/")[2]))

        def _answer(self, method, body, said):
            key, given = self.headers["Idempotency-Key"], self.headers["CSKH-Signature"]
            timestamp = given.partition(",")[0].removeprefix("t=")
            signed = f"{timestamp}.{method}.{key}.".encode() + body
            right = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
            try:
                status, answer = said() if given == f"t={timestamp},v1={right}" else (401, {})
            except Broken:
                self.close_connection = True
                return
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.OPERATOR_REMEDIES_URL = f"http://127.0.0.1:{server.server_port}/remedies"
    settings.OPERATOR_REMEDIES_SECRET = SECRET
    try:
        yield books
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Stages:
    """Remedies of one issue at the stages that a permission table asks for: their ids."""

    proposed: int
    accepted: int
    executed: int


def remedies_at_every_stage(case, decider):
    """The complaint's first issue is decided by `decider`, and `yen` has approved what is approved."""
    yen = head()
    deciding.note_finding(case, actor=decider, number=1, found=found())
    deciding.decide(case, actor=decider, number=1, decided=decided(case, no_remedy_because=""))
    ids = [propose(case, decider, amount=amount) for amount in (1_000, 2_000, 3_000)]
    for pk in ids[1:]:
        remedies.approve(case, actor=yen, remedy=pk)
    with change_case(case) as held:
        promises.accept_all(held, actor=promises.REMEDIES)
    remedies.record_by_hand(case, actor=yen, remedy=ids[2], reference="GD-3")
    return Stages(*ids)
