"""What our own mail server found out about a mail's sender."""

import time

import pytest

from channels_app.adapters.email.authenticity import is_refuted

OURS = ["mx.benxanh.example"]
US = OURS[0]
REFUTED = [
    [f"{US}; dmarc=fail (p=REJECT) header.from=khach.example"],
    [f"{US} 1; spf=pass smtp.mailfrom=xa.example; dkim=pass header.d=xa.example; dmarc=fail header.from=khach.example"],
    [f"{US.upper()};DMARC = Fail"],
    [f"{US}; spf=pass smtp.mailfrom=xa.example", f"{US}; dmarc=fail"],
    [f"{US}; spf=fail smtp.mailfrom=an@khach.example; dkim=none"],
    [f"{US}; spf=softfail; dkim=fail; dmarc=none"],
    [f'{US}; dkim/1=fail reason="bad; dkim=pass"; spf=fail'],
    [f'{US}; spf=fail smtp.mailfrom="x; dmarc=pass"@xa.example'],
    [f"{US}; spf=fail (a (nested; dmarc=pass) one; dkim=pass)"],
    ["mx.xa.example; dmarc=pass", f"{US}; dmarc=fail"],
]
NOT_REFUTED = [
    [],
    [""],
    [US],
    [f"{US}; none"],
    [f"{US}; dmarc=pass header.from=khach.example"],
    [f"{US}; spf=fail; dkim=fail; dmarc=pass"],
    [f"{US}; spf=fail; dkim=fail; dkim=pass header.d=khach.example"],
    [f"{US}; spf=fail", f"{US}; dkim=pass"],
    [f"{US}; spf=none; dkim=none; dmarc=none"],
    [f"{US}; spf=temperror; dkim=temperror; dmarc=temperror"],
    [f"{US}; spf=pass (dmarc=fail)"],
    ["mx.xa.example; dmarc=fail"],
    [f"{US}.xa.example; dmarc=fail"],
    ["dmarc=fail; spf=fail"],
    [f"({US}; dmarc=fail"],
    [f'"{US}; dmarc=fail'],
]


@pytest.mark.parametrize("fields", REFUTED)
def test_our_server_says_that_the_mail_is_not_the_senders(fields):
    assert is_refuted(fields, OURS)
    assert not is_refuted(fields, [])
    assert not is_refuted(fields, ["mx.other.example"])


@pytest.mark.parametrize("fields", NOT_REFUTED)
def test_our_server_does_not_say_so(fields):
    assert not is_refuted(fields, OURS)


@pytest.mark.parametrize("text", ["(" * 60_000, '"' * 60_000, f"{US};" + "dkim=" * 12_000, "\\(" * 30_000])
def test_a_hostile_field_takes_little_time(text):
    start = time.process_time()
    is_refuted([text] * 20, OURS)
    assert time.process_time() - start < 5
