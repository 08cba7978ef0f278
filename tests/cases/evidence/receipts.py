"""What stands in the chain of custody about the receipt of an item."""

from django.test import RequestFactory

from cskh.core.client_address import address_hash

ADDRESS = "203.0.113.9"
# With a folder, and a mark that lets "gpj.exe" read "exe.jpg": what Django passes on of it is "ảnhgpj.exe".
CLAIMED = "C:\\Giấy tờ\\ảnh\u202egpj.exe"


def hash_of(address):
    return address_hash(RequestFactory().get("/", REMOTE_ADDR=address))


def receipt_of(item):
    """(declared name, declared type, hash of the address)."""
    received = item.custody_entries.get(event="received")
    name = getattr(received, "declared_name", None)
    return name.text if name else "", received.facts.get("declared_type", ""), received.facts["address_hash"]
