"""What a sender calls a file reaches us as it was written; Django's own name for it stays what it was."""

from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from cskh.core.upload_handler import declared_name_of


@contextmanager
def received(*dispositions, field="file"):
    """The files of a request whose parts say that of themselves."""
    parts = [f'--x\r\nContent-Disposition: form-data; name="{field}"; {one}\r\n\r\nbytes\r\n' for one in dispositions]
    words = '--x\r\nContent-Disposition: form-data; name="words"\r\n\r\nchữ\r\n'
    body = "".join([*parts, words, "--x--\r\n"]).encode()
    request = RequestFactory().post("/", body, content_type="multipart/form-data; boundary=x")
    assert request.POST["words"] == "chữ"
    yield request.FILES.getlist(field)
    request.close()


@pytest.mark.parametrize(
    ("disposition", "declared", "name"),
    [
        ('filename="biên lai.jpg"', "biên lai.jpg", "biên lai.jpg"),
        ('filename="../../etc/passwd"', "../../etc/passwd", "passwd"),
        ('filename="C:\\Ảnh\\a.jpg"', "C:\\Ảnh\\a.jpg", "a.jpg"),
        ('filename="a\u202egpj.exe"', "a\u202egpj.exe", "agpj.exe"),
        ('filename="a&#46;jpg"', "a&#46;jpg", "a.jpg"),
        ('filename="a\0.jpg"', "a\0.jpg", "a.jpg"),
        ("filename*=UTF-8''../h%C3%B3a%20%C4%91%C6%A1n.jpg", "../hóa đơn.jpg", "hóa đơn.jpg"),
        (f'filename="{"x" * 400}.jpg"', f"{'x' * 400}.jpg", f"{'x' * 251}.jpg"),
    ],
)
@pytest.mark.parametrize("in_memory", [10**6, 0])
def test_the_name_is_what_stood_in_the_request(settings, in_memory, disposition, declared, name):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = in_memory
    with received(disposition) as [file]:
        assert (declared_name_of(file), file.name, file.read()) == (declared, name, b"bytes")


def test_each_of_several_has_its_own():
    with received('filename="a/1"', 'filename=".."', 'filename="a/2"', 'filename=""', 'filename="a/3"') as files:
        assert [declared_name_of(file) for file in files] == ["a/1", "a/2", "a/3"]


def test_one_that_came_otherwise_is_called_as_it_is():
    assert declared_name_of(SimpleUploadedFile("a.jpg", b"x")) == "a.jpg"
