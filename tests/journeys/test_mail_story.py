"""The mail story on real SMTP and IMAP: a mail with a photo goes in, and the customer's yes comes at the end.

Background tasks run as themselves, called by name as a worker would; the customer answers by mail and over REST.
"""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from django.test import Client

from accounts.actors import Actor
from accounts.models import Role
from cases.events import flaws_of
from cases.evidence.models import EvidenceItem
from cases.models import Case, Category
from cases.states import Status
from cases.workflow import answer, evidence, resolution, routing
from channels_app import mailboxes, tasks
from channels_app.models import Delivery
from cskh.core.errors import StepNotAllowed
from tests.cases.building import settle_facts
from tests.channels_app.mail import AN, DESK, deliver, headers_of, mail, photo

pytestmark = pytest.mark.django_db
SECRET = "a-shared-secret-of-at-least-32-bytes"


@pytest.fixture
def beat(smtp_server, imap_server, defaults):
    """One beat of the clock: mail is fetched, what came in is taken, what is due goes out."""

    def once():
        for address in mailboxes.addresses():
            tasks.poll_mailbox(address)
        tasks.sweep_inbound()
        for pk in Delivery.objects.filter(state=Delivery.State.QUEUED).values_list("pk", flat=True).order_by("pk"):
            tasks.send_delivery(pk)

    once.mail = smtp_server
    return once


def text_of(raw):
    return headers_of(raw).get_body(("plain",)).get_content()


def link_in(raw):
    return next(word for word in text_of(raw).split() if word.startswith("http://testserver/"))


def say(case, step, settings, **body):
    """The customer's own app, with their signed token."""
    case.customer.external_id = case.customer.external_id or f"kh-{case.customer.pk}"
    case.customer.save()
    settings.CUSTOMER_TOKEN_KEYS = {"": {"alg": "HS256", "key": SECRET}}
    claims = {
        "iss": settings.CUSTOMER_TOKEN_ISSUER,
        "aud": settings.CUSTOMER_TOKEN_AUDIENCE,
        "sub": case.customer.external_id,
        "exp": datetime.now(UTC) + timedelta(minutes=5),
        "iat": datetime.now(UTC),
    }
    token = jwt.encode(claims, SECRET, algorithm="HS256")
    return Client().post(
        f"/api/v1/cases/{case.code}/{step}/",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_from_a_mail_with_a_photo_to_the_customers_yes(beat, make_staff, settings):
    servers = beat.mail
    lan = Actor.staff(make_staff("lan", Role.SPECIALIST, "payments"))
    minh = make_staff("minh", Role.SPECIALIST, "payments")

    first = mail(files=[("bienlai.jpg", "image/jpeg", photo())])
    deliver(servers, first)
    beat()
    case = Case.objects.get()
    assert EvidenceItem.objects.get(case=case).filename.endswith(".jpg")

    category = Category.objects.filter(department__slug="payments", needs_approval=False, parent__isnull=False).first()
    routing.classify_case(case, actor=Actor.system("intake"), category=category)
    routing.assign_case(case, actor=lan, assignee=lan.subject)
    evidence.request_evidence(case, actor=lan, items=[evidence.Wanted(name="receipt")])
    beat()
    case.refresh_from_db()
    assert case.status == Status.AWAITING_CUSTOMER
    assert case.pauses.filter(ended_at=None).count() == 1, "delivered: the clocks stand still"

    asked = servers.mails(AN)[-1]
    deliver(servers, mail("Gửi ảnh đây", answers=asked, files=[("gd.jpg", "image/jpeg", photo("blue"))]))
    beat()
    case.refresh_from_db()
    assert case.status == Status.VERIFYING
    assert not case.pauses.filter(ended_at=None).exists()

    resolution.start_resolving(case, actor=lan)
    for item in EvidenceItem.objects.filter(case=case):
        with pytest.raises(StepNotAllowed):
            answer.send_answer(case, actor=lan, body="Tiền đã vào tài khoản.")
        evidence.verify_evidence(item, actor=lan, result="accepted")
    with pytest.raises(StepNotAllowed):
        answer.send_answer(case, actor=lan, body="Tiền đã vào tài khoản.")
    settle_facts(case, lan)
    answer.send_answer(case, actor=lan, body="Tiền đã vào tài khoản.")
    beat()
    answered = servers.mails(AN)[-1]
    assert "Tiền đã vào tài khoản." in text_of(answered)
    assert headers_of(answered)["References"].split()[0] == first["Message-ID"]
    assert headers_of(answered)["From"].addresses[0].addr_spec == DESK
    page = Client().get(link_in(answered), follow=True)
    assert page.status_code == 200, "fetching the link shows the case and changes nothing"
    case.refresh_from_db()
    assert case.status == Status.ANSWERED

    deliver(servers, mail("Tôi vẫn chưa thấy", answers=answered))
    beat()
    case.refresh_from_db()
    assert case.status == Status.ANSWERED, "free text decides nothing"

    assert say(case, "reject", settings, reason="Chưa thấy tiền").status_code == 200
    case.refresh_from_db()
    assert (case.status, case.round, case.assignee) == (Status.REOPENED, 2, minh)
    beat()
    answer.send_answer(case, actor=Actor.staff(minh), body="Đã cộng lại đúng số tiền.")
    beat()
    assert "Đã cộng lại đúng số tiền." in text_of(servers.mails(AN)[-1])
    assert say(case, "accept", settings).status_code == 200
    beat()
    case.refresh_from_db()
    assert (case.status, case.closed_as) == (Status.CLOSED, "accepted")

    mails = [headers_of(raw) for raw in servers.mails(AN)]
    assert len({each["Message-ID"] for each in mails}) == len(mails), "nothing came twice"
    assert all(first["Message-ID"] in each["References"] for each in mails), "one thread"
    assert not Delivery.objects.filter(message__case=case).exclude(state=Delivery.State.DELIVERED).exists()
    assert list(flaws_of(case)) == []
