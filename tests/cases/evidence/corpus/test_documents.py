"""PDF as people and attackers send them: taken where they only show something, else refused with a word of advice."""

import pytest
from django.utils import translation

from cskh.core.errors import DomainError, Invalid, TooLarge
from tests.cases.evidence.files import action, looked_into, on_the_page, pdf

pytestmark = pytest.mark.django_db  # what is kept is kept by one at a time


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def locked(writer):
    writer.encrypt("secret")


def protected(writer):
    """Opens without a password, allows nothing else."""
    writer.encrypt("", "owner")


def with_a_file_inside(writer):
    writer.add_attachment("a.exe", b"MZ" + bytes(100))


def with_a_link(writer):
    writer.add_uri(0, "https://bank.example", [0, 0, 10, 10])


REFUSED = {
    "password": (pdf(change=locked), Invalid, "password"),
    "protection": (pdf(change=protected), Invalid, "password"),
    "script at opening": (pdf(change=action("JavaScript", JS="app.alert(1)")), Invalid, "program"),
    "script of a page": (pdf(change=on_the_page("JavaScript", JS="app.alert(1)")), Invalid, "program"),
    "starts a program": (pdf(change=action("Launch", F="cmd.exe")), Invalid, "program"),
    "sends a form": (pdf(change=on_the_page("SubmitForm", F="https://bad.example")), Invalid, "program"),
    "a file inside": (pdf(change=with_a_file_inside), Invalid, "carries"),
    "21 pages": (pdf(pages=21), TooLarge, "20 pages"),
    "no page": (pdf(pages=0), Invalid, "damaged"),
    "cut in the middle": (pdf(pages=3)[:300] + b"\n%%EOF", Invalid, "damaged"),
    "only a header": (b"%PDF-1.7\n%%EOF\n", Invalid, "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_documents_that_do_more_than_show(name):
    data, error, advice = REFUSED[name]
    with translation.override("en"), pytest.raises(DomainError) as refused:
        looked_into(data, "a.pdf")
    assert type(refused.value) is error
    assert advice in f"{refused.value} {getattr(refused.value, 'errors', '')}"


@pytest.mark.parametrize("data", [pdf(), pdf(pages=20), pdf(change=with_a_link)], ids=["one page", "20", "a link"])
def test_documents_that_only_show(data):
    assert looked_into(data, "a.pdf").content_type == "application/pdf"
