"""Every address there is, by the URLconf itself, asked by everybody to whom the evidence is not to be shown: it shows none.

And for those who may see it, which addresses do: the list is whole, so a new one is noticed.
"""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import RoutePattern, URLPattern
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.models import Customer
from accounts.models import ApiClient, Role, Scope
from cases.models import Case
from cases.states import Channel
from cases.tasks import examine_file
from cases.workflow import evidence, routing
from channels_app import links
from channels_app.chat import talking
from channels_app.merging import merge_customers, undo_merge
from channels_app.models import Chat
from cskh.core.models import InAddresses
from tests.api import bearer, token
from tests.cases.building import customer_of, open_case
from tests.channels_app.chat.chatting import begun, says

from .files import picture, upload

NAME, WORDS = "bien-lai-bi-mat", "nội dung chuyển khoản bí mật"
_BLANK = re.compile(r"<(?:\w+:)?(\w+)>")
_MODELS = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry}
# Forms for something new, and what the framework brings: they show what is in no database, or only names of models.
_NO_DOOR = re.compile(
    r"schema|docs|admin:(jsi18n|log(in|out)|view_on_site|autocomplete|password_\w+|\w+_(add|delete|history))"
)


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT, settings.TRACK_ANSWER_SECONDS = tmp_path, 0
    cache.clear()


@pytest.fixture
def case(defaults, make_staff):
    """A conversation about a deposit, with a picture and words as evidence, both looked at."""
    chat = says(begun(), "Tôi nạp tiền chưa vào")
    talking.visitor_sends(chat, client_id="first-0002", upload=upload(picture(color=(9, 8, 7)), f"{NAME}.jpg"))
    case = Case.objects.get(chat=chat)
    person = Actor.staff(make_staff("quan", Role.MANAGER))
    category = apps.get_model("cases.Category").objects.get(slug="deposit-not-credited")
    routing.classify_case(case, actor=person, category=category)
    said = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text=WORDS)
    evidence.verify_evidence(said, actor=person, result="rejected", reason="Chưa đủ")
    for item in case.evidence.exclude(file=None):
        examine_file(item.file_id)
    case.refresh_from_db()
    return case


def patterns(resolver, prefix="", spaces=()):
    """(name, route) of every address, `admin:cases_case_change` and `admin/cases/case/<path:object_id>/change/`."""
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            if isinstance(one.pattern, RoutePattern):
                yield ":".join((*spaces, one.name or "")), prefix + str(one.pattern)
        elif isinstance(one.pattern, RoutePattern):
            yield from patterns(one, prefix + str(one.pattern), (*spaces, *filter(None, [one.namespace])))
        else:  # the root, whose pattern is ^/
            yield from patterns(one, prefix, spaces)


def addresses(case):
    """(name, address) of every door, filled in with this case and all that belongs to it."""
    chat = Chat.objects.get(case=case)
    values = {
        "code": [case.code],
        "pk": [case.pk, *case.evidence.values_list("pk", flat=True)],
        "public_id": [chat.public_id, *case.evidence.values_list("public_id", flat=True)],
        "customer_id": [case.customer_id],
        "name": ["check-evidence", "request-evidence", "answer"],
        "upload_id": [uuid.uuid4()],
        "day": [timezone.localdate().isoformat()],
        "version": ["1.0"],
        "kind": ["message"],
        "fact": ["transaction-code"],
    }
    for name, route in patterns(get_resolver()):
        if _NO_DOOR.fullmatch(name):
            continue
        filled = {**values, "object_id": _ids(name, case)}
        blanks = _BLANK.findall(route)
        for number in range(max((len(filled.get(blank, "1")) for blank in blanks), default=1)):
            chosen = {
                blank: (*filled.get(blank, "1"), *filled.get(blank, "1")[-1:] * number)[number] for blank in blanks
            }
            yield name, "/" + _BLANK.sub(lambda blank, chosen=chosen: str(chosen[blank[1]]), route)


def _ids(name, case):
    """The case itself, and of everything else that has pages at the desk the newest there is."""
    model = _MODELS.get(name.removeprefix("admin:").rpartition("_")[0])
    if model is None:
        return [case.evidence.latest("pk").pk]
    if model is Case:
        return [case.pk]
    its_name = "public_id" if issubclass(model, InAddresses) else "pk"
    return list(model._default_manager.order_by("-pk").values_list(its_name, flat=True)[:1])


def asked(client, case, below=""):
    """By each address below that prefix, what it answers to GET."""
    for name, address in addresses(case):
        if address.startswith(f"/{below}"):
            answer = client.get(address)
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            yield name or address, address, answer, said


def shows(case, answer, said):
    """Whether anything of the evidence is in the answer: of its words, its file or its name, or a picture."""
    said += str(answer.headers).encode()
    files = [item.file for item in case.evidence.exclude(file=None).select_related("file")]
    secrets = [NAME.encode(), WORDS.encode(), *(file.sha256.encode() for file in files)]
    is_picture = answer.status_code == 200 and answer.get("Content-Type", "").startswith(("image/png", "image/jpeg"))
    return is_picture or any(secret in said for secret in secrets)


def following(case):
    browser = Client()
    browser.get(links.case_link(case, case.contact).removeprefix(settings.PUBLIC_URL))
    return browser


def program(*scopes, is_active=True):
    client, key = ApiClient.objects.create_with_key("app", scopes)
    ApiClient.objects.filter(pk=client.pk).update(is_active=is_active)
    return bearer(key)


STRANGERS = {
    "other department": (
        "",
        lambda make_staff: _signed_in(make_staff("tuan", Role.SPECIALIST, "technical")),
    ),
    "manager of another": (
        "admin/evidence",
        lambda make_staff: _signed_in(make_staff("vy", Role.MANAGER, "technical")),
    ),
    "signed out": ("", lambda make_staff: Client()),
    "another customer by link": ("track/", lambda make_staff: following(open_case(email="binh@khach.example"))),
    "another visitor": ("chat/", lambda make_staff: _visitor()),
    "another customer of the app": ("api/", lambda make_staff: _customer("BX7")),
    "a program that opens others": ("api/", lambda make_staff: program(Scope.CASES_OPEN)),
    "a program that reports calls": ("api/", lambda make_staff: program(Scope.CALLS)),
    "a program without a scope": ("api/", lambda make_staff: program()),
    "a program that was switched off": ("api/", lambda make_staff: program(Scope.CASES_READ, is_active=False)),
}


def _signed_in(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _customer(subject):
    Customer.objects.create(external_id=subject, name="Khác")
    return bearer(token(subject))


def _visitor():
    client = Client()
    key = client.post("/chat/start", "{}", content_type="application/json").json()["key"]
    return Client(headers={"authorization": f"Chat {key}"})


@pytest.mark.parametrize("who", STRANGERS)
def test_no_address_shows_it_to_strangers(case, make_staff, token_keys, who):
    below, enter = STRANGERS[who]
    client = enter(make_staff)
    told = list(asked(client, case, below))
    assert told
    assert [address for _name, address, answer, said in told if shows(case, answer, said)] == []
    assert not [address for _name, address, answer, _said in told if answer.status_code >= 500]


# What shows something of it to whoever works on the case: the file itself, its name, its words or its hash.
SHOWN_AT_THE_DESK = {
    "admin:cases_case_change",
    "admin:cases_case_verify",
    "evidence:original",
    "evidence:preview",
    "evidence:page",
    "chat_console:state",
    "chat_console:lines",
    "chat_console:card",
    "/api/v1/cases/CODE/messages/",
    "/api/v1/cases/CODE/timeline/",
}


def test_which_addresses_show_it_to_the_department_it_is_with(case, make_staff):
    client = _signed_in(make_staff("lan", Role.SPECIALIST, "payments"))
    found = {
        name.replace(case.code, "CODE") for name, _at, answer, said in asked(client, case) if shows(case, answer, said)
    }
    assert found == SHOWN_AT_THE_DESK


def test_a_link_that_is_too_old_and_an_access_that_is_over_show_nothing(defaults):
    case = open_case("deposit-not-credited")
    evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text=WORDS)
    link = links.case_link(case, case.contact).removeprefix(settings.PUBLIC_URL)
    browser = following(case)
    address = f"/track/{case.code}/"
    assert WORDS in browser.get(address).content.decode()
    for after, status in ((settings.CASE_ACCESS_HOLDS, 302), (settings.CASE_LINK_HOLDS, 410)):
        with time_machine.travel(timezone.now() + after + timedelta(minutes=1)):
            late = browser.get(address, follow=True)
            assert WORDS not in late.content.decode()
            opened = Client().get(link)
            assert opened.status_code == status
            assert WORDS not in opened.content.decode()


def test_who_left_on_a_shared_telephone_sees_nothing_any_more(defaults):
    case = open_case("deposit-not-credited")
    evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text=WORDS)
    browser = following(case)
    browser.post("/track/leave/")
    assert WORDS not in browser.get(f"/track/{case.code}/", follow=True).content.decode()


def test_two_records_that_were_merged_are_one_person_and_apart_again_they_are_two(case, make_staff, token_keys):
    son, merged = Actor.staff(make_staff("son", Role.MANAGER)), case.customer
    merged.external_id = "BX8"
    merged.save()
    kept = Customer.objects.create(external_id="BX9", name="An")

    def who_reads():
        address = f"/api/v1/cases/{case.code}/timeline/"
        return [one for one in ("BX8", "BX9") if bearer(token(one)).get(address).status_code == 200]

    assert who_reads() == ["BX8"]
    merge = merge_customers(kept, merged, actor=son, external_id="BX9")
    assert who_reads() == ["BX8", "BX9"]
    undo_merge(merge, actor=son)
    assert who_reads() == ["BX8"]
