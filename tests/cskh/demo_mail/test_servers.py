"""Mail goes in over SMTP and comes out over IMAP as it was, also after a restart."""

import imaplib
import smtplib

import pytest
from imap_tools import MailBoxUnencrypted

DESK = "cskh@benxanh.example"
LAN = "lan@khach.example"

HARD_TO_READ = {
    "utf8": "Subject: Xin chào\r\nFrom: lan@khach.example\r\n\r\nChưa nhận được tiền\r\n".encode(),
    "no header": b"\r\n\r\nonly a body\r\n",
    "empty": b"\r\n",
    "broken boundary": b"Content-Type: multipart/mixed; boundary=\r\n\r\nbody\r\n",
    "broken charset and date": b'Content-Type: text/plain; charset="\xff"\r\nDate: then\r\n\r\nx\r\n',
    "raw bytes and NUL": b"X: \xff\xfe\x00\r\n\r\n\x00\xff\r\n.leading dot\r\n",
    "mbox marker": b"From: lan@khach.example\r\n\r\nFrom here on\r\n",
}


def send(servers, raw, sender=LAN, to=(DESK,)):
    with smtplib.SMTP(servers.host, servers.smtp_port) as smtp:
        return smtp.sendmail(sender, list(to), raw)


def fetch(servers, address=DESK, folder="INBOX"):
    """uid: raw, as a client that marks nothing sees it."""
    with imaplib.IMAP4(servers.host, servers.imap_port) as imap:
        imap.login(address, "demo")
        imap.select(folder, readonly=True)
        uids = imap.uid("search", "ALL")[1][0].split()
        return {int(uid): imap.uid("fetch", uid, "(BODY.PEEK[])")[1][0][1] for uid in uids}


@pytest.mark.parametrize("name", HARD_TO_READ)
def test_a_mail_comes_out_byte_for_byte_after_the_trace_headers(mail_servers, name):
    send(mail_servers, HARD_TO_READ[name])
    [raw] = fetch(mail_servers).values()
    trace, _, rest = raw.partition(b"\r\n\tfor <cskh@benxanh.example>")
    assert trace.startswith(b"Return-Path: <lan@khach.example>\r\nReceived: ")
    assert rest.partition(b"\r\n")[2] == HARD_TO_READ[name]
    assert mail_servers.mails(DESK) == [raw]


def test_every_recipient_gets_one_copy_whatever_the_case_of_the_address(mail_servers):
    send(mail_servers, b"Subject: x\r\n\r\n", to=["Lan@Khach.example", LAN, DESK])
    assert len(fetch(mail_servers, LAN)) == len(fetch(mail_servers, DESK)) == 1


def test_a_refused_recipient_gets_nothing_and_the_others_do(mail_servers):
    mail_servers.refusals["full@khach.example"] = "452 4.2.2 mail box full"
    refused = send(mail_servers, b"Subject: x\r\n\r\n", to=["full@khach.example", "nobody@khach.invalid", LAN])
    assert {address: code for address, (code, _) in refused.items()} == {
        "full@khach.example": 452,
        "nobody@khach.invalid": 550,
    }
    assert mail_servers.mails("full@khach.example") == mail_servers.mails("nobody@khach.invalid") == []
    assert len(mail_servers.mails(LAN)) == 1


@pytest.mark.parametrize(
    ("user", "password"), [(DESK, "wrong"), ("no address", "demo"), ("../x@y", "demo"), ("", "demo")]
)
def test_the_wrong_password_and_what_is_no_address_stay_outside(mail_servers, user, password):
    with imaplib.IMAP4(mail_servers.host, mail_servers.imap_port) as imap, pytest.raises(imaplib.IMAP4.error):
        imap.login(user, password)


def test_flags_uids_and_removals_are_remembered(tmp_path, mail_servers_at):
    with mail_servers_at(tmp_path) as servers:
        for number in range(3):
            send(servers, f"Subject: {number}\r\n\r\n".encode())
        with MailBoxUnencrypted(servers.host, servers.imap_port).login(DESK, "demo") as box:
            validity = box.folder.status("INBOX")["UIDVALIDITY"]
            box.flag(["1"], ["\\Seen", "\\Flagged"], True)
            box.delete(["3"])
            box.append(b"Subject: sent\r\n\r\n", "Sent")
    with mail_servers_at(tmp_path) as servers:
        send(servers, b"Subject: after\r\n\r\n")
        with MailBoxUnencrypted(servers.host, servers.imap_port).login(DESK, "demo") as box:
            mails = {mail.uid: (mail.subject, set(mail.flags) - {"\\Recent"}) for mail in box.fetch(mark_seen=False)}
            assert mails == {"1": ("0", {"\\Seen", "\\Flagged"}), "2": ("1", set()), "4": ("after", set())}
            assert box.folder.status("INBOX")["UIDVALIDITY"] == validity
        assert len(fetch(servers, folder="Sent")) == 1


def test_a_moved_mail_is_in_one_folder_also_after_a_restart(tmp_path, mail_servers_at):
    with mail_servers_at(tmp_path) as servers:
        send(servers, b"Subject: x\r\n\r\n")
        with MailBoxUnencrypted(servers.host, servers.imap_port).login(DESK, "demo") as box:
            box.folder.create("Done")
            box.move(["1"], "Done")
    with mail_servers_at(tmp_path) as servers:
        assert fetch(servers) == {}
        assert len(fetch(servers, folder="Done")) == 1
