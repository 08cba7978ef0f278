"""A mail becomes a part of its case: the one it answers to, or a new one."""

import logging
from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.directory import Person
from accounts.customers.models import Contact
from cases import codes
from cases.evidence.pipeline.receive import Upload
from cases.models import Case
from cases.records import registry
from cases.states import Channel
from cases.workflow import conversation, evidence, opening, protection
from cases.workflow.opening import Matter
from cskh.core.errors import Busy, DomainError, Invalid, NotKept
from cskh.core.incoming import size_in_words
from cskh.core.locks import one_at_a_time
from cskh.core.text import clean, one_line

from . import bounces, language, outbox
from .adapters.base import Inbound, InboundFile
from .adapters.email import adapter as email
from .adapters.email.own_headers import loop_mark
from .models import Attachment, Delivery, InboundItem, Message

log = logging.getLogger(__name__)

INTAKE = Actor.system("intake")
_State = InboundItem.State
_MAX_IDS = 100
_MAX_FILES = 50
_MAX_KEPT_TEXT = 1_000_000  # characters of the whole text; beyond that there is the raw mail
# Parts that mail programs add by themselves: nobody needs to be told that they were not taken.
_ADDED_BY_PROGRAMS = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
    }
    | {"text/calendar", "text/vcard", "text/x-vcard", "application/ms-tnef"}
)


def take(item: InboundItem, *, as_person: bool = False) -> None:
    """Takes the mail of the locked `item`, in the caller's transaction.

    Automatic mail, bounces and our own mail that came back are set aside: they stop no clock and are never answered.
    `as_person` says that somebody looked and found a person's words.
    """
    mail = email.read(item.content)
    if mail.loop_mark == loop_mark():
        item.settle(_State.SET_ASIDE, case=None, why=_("Our own mail came back."))
    elif mail.is_bounce and not as_person:
        why = _("A mail that could not be delivered came back.")
        item.settle(_State.SET_ASIDE, case=bounces.take(mail.bounced_ids), why=why)
    elif mail.is_automatic and not as_person:
        item.settle(_State.SET_ASIDE, case=_case_to_join(mail), why=_("An automatic reply."))
    else:
        _take_words(item, mail)


def open_unread(item: InboundItem) -> None:
    """Opens a case for a mail that could not be taken, with what can be said of it. Never raises."""
    try:
        with transaction.atomic():
            mail = email.read(item.content)
            plain = Inbound(
                sender_kind=mail.sender_kind,
                sender_address=mail.sender_address,
                sender_name=mail.sender_name,
                subject=mail.subject,
                body=mail.body,
            )
            item.case = _open(item, plain)
            item.save(update_fields=["case"])
            _message(item, item.case, plain, inbound=None)
            _note(item.case, _("This mail could not be read in full. It is kept as it came and can be tried again."))
    except Exception:  # it stays among what could not be read, where staff see it
        log.exception("no case could be opened for inbound item %s", item.pk)


def _take_words(item: InboundItem, mail: Inbound) -> None:
    one_at_a_time("mail from", mail.sender_address.lower())  # two first mails of a new customer at once: one customer
    case = item.case or _case_to_join(mail)
    is_new = case is None
    case = case or _open(item, mail)
    author, keep = _author(case), partial(_message, item, case, mail, inbound=item)
    if is_new:  # the words that open a case are told of by its opening
        message = keep()
        said = f"{message.subject}\n{message.body}"
        registry.note_said(case, said, message=message.pk)
        protection.heed(case, said, at=message.created_at, message=message.pk)
    else:
        message = conversation.customer_wrote(case, actor=author, channel=Channel.EMAIL, keep=keep)
    _take_files(item, case, message, mail)
    if is_new and mail.is_refuted:
        _note_refuted(case, mail)
    if mail.cut_from:
        _note(
            case,
            _("The mail is too large (%(size)s): only its beginning was taken. The whole is in the mail box %(box)s.")
            % {"size": filesizeformat(mail.cut_from), "box": item.source},
        )
    item.settle(_State.DONE, case=case)


def _case_to_join(mail: Inbound) -> Case | None:
    """The case the mail answers to. One that is not from its sender's address joins none, whatever it names."""
    return None if mail.is_refuted else _case_of(mail)


def _case_of(mail: Inbound) -> Case | None:
    """The case the mail answers to: by its references, nearest first, else by the code in its subject.

    Only where the sender is a party, from the address the case was opened with or one that is known to be the customer's:
    a stranger who quotes somebody else's mail or code learns and changes nothing.
    """
    for case in _named_cases(mail):
        if _is_party(mail.sender_address, case):
            return _going_on_in(case)
    return None


def _named_cases(mail: Inbound) -> Iterator[Case]:
    ids = list(dict.fromkeys(each for each in [mail.in_reply_to, *reversed(mail.references)] if each))[:_MAX_IDS]
    sent = Delivery.objects.filter(reference__in=ids, message__isnull=False).values_list(
        "reference", "message__case_id"
    )
    received = Message.objects.filter(external_id__in=ids, channel=Channel.EMAIL).values_list("external_id", "case_id")
    found = sorted([*sent, *received], key=lambda pair: ids.index(pair[0])) if ids else []
    named = Case.objects.select_related("customer").in_bulk([case_id for _id, case_id in found])
    for case_id in dict.fromkeys(case_id for _id, case_id in found):
        yield named[case_id]
    yield from Case.objects.select_related("customer").filter(code__in=codes.find_codes(mail.subject))


def _is_party(address: str, case: Case) -> bool:
    own = Q(pk=case.contact_id) | Q(customer_id=case.customer_id, verified_at__isnull=False)
    return Contact.objects.filter(own, kind=Contact.Kind.EMAIL, address__iexact=address).exists()


def _going_on_in(case: Case) -> Case:
    """The case in which a duplicate is handled. Should duplicates ever form a circle, the last one before it closes."""
    seen = {case.pk}
    while case.duplicate_of is not None and case.duplicate_of_id not in seen:
        case = case.duplicate_of
        seen.add(case.pk)
    return case


def _open(item: InboundItem, mail: Inbound) -> Case:
    """A case for the sender; for a mail nobody signed, one without an address, so that somebody looks at it."""
    person = Person(
        name=mail.sender_name or ("" if _is_address(mail.sender_address) else mail.sender_address),
        email=mail.sender_address if _is_address(mail.sender_address) else "",
        language=language.guess(f"{mail.subject}\n{mail.body}"),
    )
    customer, contacts = directory.recognise(person)
    return opening.open_case(
        Matter(subject=mail.subject),
        actor=Actor.customer(customer),
        customer=customer,
        channel=Channel.EMAIL,
        contact=contacts.get(Contact.Kind.EMAIL),
        origin_ref=f"inbound:{item.pk}",
        at=item.received_at,
    )


def _is_address(text: str) -> bool:
    try:
        directory.normal_email(text)
    except Invalid:
        return False
    return True


def _author(case: Case) -> Actor:
    return Actor.customer(case.customer)


def _message(item: InboundItem, case: Case, mail: Inbound, *, inbound: InboundItem | None) -> Message:
    body, author = clean(mail.body), _author(case)
    if not body:
        body = clean(mail.subject) or _("(no text)")
    limit = settings.MESSAGE_MAX_CHARACTERS
    whole = mail.quoted or (mail.body if len(body) > limit else "")
    return Message.objects.create(
        case=case,
        direction=Message.Direction.IN,
        channel=Channel.EMAIL,
        author_kind=author.kind,
        author_id=author.id,
        subject=one_line(mail.subject)[: settings.SUBJECT_MAX_CHARACTERS],
        body=body[:limit],
        quoted=clean(whole)[:_MAX_KEPT_TEXT],
        external_id=mail.external_id[:500],
        in_reply_to=mail.in_reply_to[:500],
        inbound=inbound,
        created_at=item.received_at,
    )


def _take_files(item: InboundItem, case: Case, message: Message, mail: Inbound) -> None:
    """Attachments become evidence. One that cannot be taken is noted, stays in the raw mail, and the customer is told.

    So is the customer told when the rest of the mail was left behind, with whatever was attached there. What only decorates
    the mail is kept and shown as the rest is, but is nothing that was asked for, and nothing to tell of.
    """
    refused: list[Attachment] = []
    with translation.override(case.customer.language):  # the reasons are for the customer
        for number, file in enumerate(mail.files):
            attachment = _take_file(item, case, message, file, is_too_many=number >= _MAX_FILES)
            if attachment.refused and not (file.is_decoration or file.content_type in _ADDED_BY_PROGRAMS):
                refused.append(attachment)
        if mail.cut_from:
            why = _(
                "The mail was too large (%(size)s). One mail may carry files of %(limit)s together. Send the others with "
                "another mail, or one by one on your request's page."
            ) % {"size": filesizeformat(mail.cut_from), "limit": size_in_words(settings.MAIL_FILES_BYTES)}
            rest = _("(the rest of the mail, with its files)")
            refused.append(Attachment.objects.create(message=message, filename=rest, refused=why))
    if refused:
        outbox.tell_refused(case, refused)


def _take_file(item: InboundItem, case: Case, message: Message, file: InboundFile, *, is_too_many: bool) -> Attachment:
    filename = one_line(file.filename)[-255:] or _("(no name)")
    try:
        if is_too_many:
            raise Invalid(_("There are too many files in one mail."))
        with transaction.atomic():
            received = evidence.submit_evidence(
                case,
                actor=_author(case),
                channel=Channel.EMAIL,
                upload=Upload.of_bytes(file.data, filename=file.filename, content_type=file.content_type),
                is_unasked=file.is_decoration,
                at=item.received_at,
            )
    except (Busy, NotKept):
        raise  # the whole mail again, in a moment
    except DomainError as error:
        return Attachment.objects.create(message=message, filename=filename, refused=_said(error)[:300])
    return Attachment.objects.create(
        message=message, filename=received.filename, file=received.file, evidence_item=received
    )


def _said(error: DomainError) -> str:
    """The reason as the customer is told it."""
    if isinstance(error, Invalid) and error.errors:
        return next(iter(error.errors.values()))[0]
    return str(error)


def _note_refuted(case: Case, mail: Inbound) -> None:
    answered = _case_of(mail)
    if answered is not None:
        _note(
            case,
            _(
                "Our mail server says that this mail is not from the address it names. It refers to %(code)s, but was not "
                "joined to it."
            )
            % {"code": answered.code},
        )


def _note(case: Case, text: str) -> None:
    outbox.write_note(case, actor=INTAKE, body=text, is_automatic=True)
