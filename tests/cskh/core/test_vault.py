"""The one door to kept files: nothing lies there in the clear, may be written, or comes out as what it is not."""

import hashlib
import io
import re
import stat
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cskh.core import vault
from cskh.core.vault import Altered, KeyMissing

WORDS = b"So tai khoan 0123456789, chu tai khoan NGUYEN VAN AN. " * 4000
SHA256 = hashlib.sha256(WORDS).hexdigest()
NAME = f"evidence/{SHA256[:2]}/{SHA256}"
KEY, NEW_KEY = bytes(range(32)), bytes(range(32, 64))

pytestmark = pytest.mark.django_db  # what is kept is kept by one at a time


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGE_KEYS = [KEY]


def keep():
    return vault.keep(NAME, io.BytesIO(WORDS), sha256=SHA256)


def keep_plain(data=WORDS):
    """As files were kept before there were keys."""
    default_storage.delete(NAME)
    default_storage.save(NAME, ContentFile(data))


def content(sha256=SHA256):
    with vault.opened(NAME, sha256=sha256) as file:
        return file.read()


def as_it_lies():
    return Path(default_storage.path(NAME))


def change(make):
    """Does to the file what its owner can."""
    path = as_it_lies()
    path.chmod(0o600)
    path.write_bytes(make(path.read_bytes()))


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_is_sealed_read_only_and_comes_out_as_it_went_in(settings):
    assert keep() == NAME
    assert b"NGUYEN" not in as_it_lies().read_bytes()
    assert content() == WORDS
    assert mode(as_it_lies()) == 0o400
    folder = as_it_lies().parent
    while folder != Path(settings.MEDIA_ROOT).parent:
        assert mode(folder) == 0o700
        folder = folder.parent


@pytest.mark.parametrize("sizes", [[1, 10, 100_000, -1], [65_536] * 5])
def test_is_read_in_pieces_of_any_size(sizes):
    keep()
    with vault.opened(NAME, sha256=SHA256) as file:
        assert b"".join(file.read(size) for size in sizes) == WORDS


@pytest.mark.parametrize(
    "alter",
    [
        lambda kept: kept[:500] + bytes([kept[500] ^ 1]) + kept[501:],
        lambda kept: kept[:-1],
        lambda kept: kept[: 76 + 65_552],
        lambda kept: kept + b"x",
        lambda kept: b"",
        lambda kept: b"another file, in the clear",
        lambda kept: WORDS + b"!",
    ],
)
def test_what_was_altered_does_not_come_out(alter):
    keep()
    change(alter)
    with pytest.raises(Altered):
        content()
    assert vault.hash_now(NAME, sha256=SHA256) == hashlib.sha256(as_it_lies().read_bytes()).hexdigest() != SHA256


def test_another_kept_file_in_its_place_does_not_come_out():
    other = b"somebody else's receipt"
    sha256 = hashlib.sha256(other).hexdigest()
    vault.keep("other", io.BytesIO(other), sha256=sha256)
    keep()
    change(lambda kept: Path(default_storage.path("other")).read_bytes())
    with pytest.raises(Altered):
        content()


def test_what_lies_plain_is_read_until_it_is_sealed():
    keep_plain()
    assert content() == WORDS
    assert not vault.is_up_to_date(NAME)
    vault.seal(NAME, sha256=SHA256)
    assert b"NGUYEN" not in as_it_lies().read_bytes()
    assert mode(as_it_lies()) == 0o400
    assert (content(), vault.is_up_to_date(NAME)) == (WORDS, True)


def test_a_plain_one_that_was_altered_does_not_come_out_and_stays_as_it_lies():
    keep_plain(WORDS.replace(b"VAN AN", b"VAN EM"))
    for refused in (content, lambda: vault.seal(NAME, sha256=SHA256)):
        with pytest.raises(Altered):
            refused()
    assert b"VAN EM" in as_it_lies().read_bytes()
    assert [path.name for path in as_it_lies().parent.iterdir()] == [SHA256]


def test_a_key_is_replaced_by_another(settings):
    keep()
    settings.STORAGE_KEYS = [NEW_KEY, KEY]
    assert (content(), vault.is_up_to_date(NAME)) == (WORDS, False)
    vault.seal(NAME, sha256=SHA256)
    settings.STORAGE_KEYS = [NEW_KEY]
    assert (content(), vault.is_up_to_date(NAME)) == (WORDS, True)


def test_without_its_key_it_stays_closed_which_is_not_the_same_as_altered(settings):
    keep()
    settings.STORAGE_KEYS = [NEW_KEY]
    with pytest.raises(KeyMissing):
        content()
    with pytest.raises(KeyMissing):
        vault.seal(NAME, sha256=SHA256)


def test_what_is_there_stays_and_what_can_be_read_no_more_is_put_right():
    keep()
    before = as_it_lies().read_bytes()
    assert keep() == NAME
    assert as_it_lies().read_bytes() == before
    change(lambda kept: kept[:-1])
    assert keep() == NAME
    assert content() == WORDS


def test_one_whose_key_is_gone_is_put_right_when_it_comes_again(settings):
    keep()
    settings.STORAGE_KEYS = [NEW_KEY]
    assert keep() == NAME
    assert content() == WORDS


def test_what_the_storage_lost_is_not_found():
    with pytest.raises(FileNotFoundError):
        content()
    assert vault.hash_now(NAME, sha256=SHA256) == ""


def test_nothing_else_opens_or_saves_kept_files(settings):
    inside = re.compile(r"default_storage|storages\[|\.(?:original|picture)\.(?:open|read|save|url)\b")
    elsewhere = {
        str(path.relative_to(settings.BASE_DIR))
        for app in ("cskh", "accounts", "cases", "channels_app")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if inside.search(re.sub(r"default_storage\.delete\(|import default_storage", "", path.read_text()))
    }
    assert elsewhere == {"cskh/core/vault.py"}
