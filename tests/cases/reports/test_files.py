"""Files that no spreadsheet takes for a program."""

import csv
import io
import re
import zipfile

import pytest

from cases.reports import files
from tests.cases.reports.building import at

NASTY = ["=1+1", "+84901234567", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x";"y")', "=cmd|' /C calc'!A0"]


def text_of(file):
    with file:
        return file.read().decode()


@pytest.mark.parametrize("text", NASTY)
def test_no_text_starts_a_formula_in_csv(text):
    written = text_of(files.write("csv", ["a"], [[text]]))
    ((_head,), (cell,)) = csv.reader(io.StringIO(written.removeprefix("\N{BOM}"), newline=""))
    assert cell == f"'{text}"


def test_csv_is_read_by_excel_as_utf_8_and_numbers_stay_numbers():
    written = text_of(files.write("csv", ["Mã"], [["Nạp tiền, “gấp”"], [-3], [1.5], [None], [at("2026-09-01 08:00")]]))
    assert written.startswith("\N{BOM}Mã\r\n")
    assert '"Nạp tiền, “gấp”"' in written
    assert written.splitlines()[2:] == ["-3", "1.5", '""', "2026-09-01 08:00:00"]


def sheet(file):
    with file, zipfile.ZipFile(file) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_excel_gets_texts_as_texts_and_numbers_and_times_as_such():
    xml = sheet(files.write("xlsx", ["Mã"], [[text] for text in NASTY] + [[7], [at("2026-09-01 08:00")]]))
    assert "<f>" not in xml
    assert len(re.findall(r't="inlineStr"', xml)) == 1 + len(NASTY)
    assert "<v>7</v>" in xml
    assert "<v>46266.3333333" in xml  # days since 1900, here
