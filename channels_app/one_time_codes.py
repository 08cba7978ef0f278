"""One-time codes: six digits sent to the contact of a case, to show that whoever asks can read what is sent there.

The digits are derived from the installation's key and the row's nonce; they are stored nowhere. A code holds for a short
time, for five tries, once, and only in the browser that asked for it (R-22). Waiting times grow per browser and never end
in a lock; the links in our messages always remain as another way in.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Contact
from cases.models import Case
from cases.states import Channel
from cases.workflow import call_back
from channels_app.models import Delivery, OneTimeCode
from cskh.core.jobs import enqueue_after_commit
from cskh.core.locks import one_at_a_time

PORTAL = Actor.system("portal")
_SALT = "channels_app.one_time_codes"
_HOUR = timedelta(hours=1)


def issue(case: Case, contact: Contact, browser: str) -> OneTimeCode | None:
    """A new code on its way to `contact`: by mail, or read out by a colleague who calls. None where it is too early.

    `browser` is what `browser_hash` gives for the session that asks.
    """
    with transaction.atomic():
        one_at_a_time("one-time code", contact.kind, contact.address.upper())  # two asks at once: one code
        now = timezone.now()
        if _too_early(contact, browser, now):
            return None
        row = OneTimeCode.objects.create(
            case=case, contact=contact, nonce=secrets.token_hex(16), browser=browser, created_at=now
        )
        if contact.kind == Contact.Kind.PHONE:
            call_back.ask_call_back(case, actor=PORTAL, why="one_time_code", one_time_code=row.pk)
        else:
            _send(row)
    return row


def verify(case: Case, browser: str, typed: str) -> OneTimeCode | None:
    """Uses up the newest code of this browser for `case` where `typed` is right; None otherwise, whatever was wrong."""
    with transaction.atomic():
        row = (
            OneTimeCode.objects.select_for_update(of=("self",))
            .select_related("contact")
            .filter(case=case, browser=browser)
            .order_by("-created_at", "-pk")
            .first()
        )
        if row is None or row.used_at or row.tries >= settings.ONE_TIME_CODE_TRIES or timezone.now() >= expires_at(row):
            return None
        row.tries += 1
        right = constant_time_compare(digits(row), "".join(typed.split()))
        if right:
            row.used_at = timezone.now()
            proved = directory.same_address(case.customer, row.contact) or row.contact
            Contact.objects.filter(pk=proved.pk, verified_at=None).update(verified_at=row.used_at, is_claimed=False)
        row.save(update_fields=["tries", "used_at"])
    return row if right else None


def digits(row: OneTimeCode) -> str:
    """The six digits of a code. For the mail that carries them, and for whoever reads them out to the customer."""
    said = f"{row.nonce}:{row.case_id}:{row.contact_id}"
    return f"{int(salted_hmac(_SALT, said, algorithm='sha256').hexdigest(), 16) % 1_000_000:06d}"


def legible(row: OneTimeCode) -> str:
    """The digits as people write them and read them out: 123 456."""
    said = digits(row)
    return f"{said[:3]} {said[3:]}"


def expires_at(row: OneTimeCode) -> datetime:
    by_telephone = row.contact.kind == Contact.Kind.PHONE
    holds = settings.ONE_TIME_CODE_BY_TELEPHONE_HOLDS if by_telephone else settings.ONE_TIME_CODE_HOLDS
    return row.created_at + holds


def browser_hash(secret: str) -> str:
    """What is kept of the secret in a browser's session."""
    return salted_hmac(_SALT + ".browser", secret, algorithm="sha256").hexdigest()


def _too_early(contact: Contact, browser: str, now: datetime) -> bool:
    """Counted by address, whoever's record it stands on: else every new visitor could have it mailed to."""
    asked = list(
        OneTimeCode.objects.filter(
            contact__kind=contact.kind, contact__address__iexact=contact.address, created_at__gt=now - _HOUR
        )
        .order_by("-created_at")
        .values_list("browser", "created_at")
    )
    own = [at for who, at in asked if who == browser]
    waits = settings.ONE_TIME_CODE_WAITS
    if own and now < own[0] + waits[min(len(own), len(waits)) - 1]:
        return True
    return len(asked) >= settings.ONE_TIME_CODES_PER_HOUR


def _send(row: OneTimeCode) -> None:
    delivery = Delivery.objects.create(
        one_time_code=row,
        channel=Channel.EMAIL,
        address=row.contact.address,
        reference=Delivery.new_reference(),
    )
    enqueue_after_commit("channels_app.tasks.send_delivery", delivery.pk)
