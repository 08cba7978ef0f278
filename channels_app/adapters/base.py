"""A message as an adapter reads it, as it is sent, and how a delivery can fail."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class InboundFile:
    """A file as it came in; `content_type` is what the sender claims.

    `is_decoration` says that the sender's program put it in: nobody sent it as an answer to anything.
    """

    filename: str
    content_type: str
    data: bytes
    is_decoration: bool = False


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A message as a channel brought it. `body` has only the new words, `quoted` the whole text where that differs."""

    sender_kind: str  # Contact.Kind
    sender_address: str
    sender_name: str = ""
    subject: str = ""
    body: str = ""
    quoted: str = ""
    external_id: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    files: Sequence[InboundFile] = ()
    is_automatic: bool = False
    is_bounce: bool = False
    is_refuted: bool = False  # our own server says that it is not from its sender's address
    bounced_ids: Sequence[str] = field(default=())
    loop_mark: str = ""  # whose program sent it, where a program of our kind did
    cut_from: int = 0  # size in bytes of the whole, where only the beginning was taken


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """A message on its way out. `message_id` is the same at every try."""

    message_id: str
    address: str
    subject: str
    text: str
    in_reply_to: str = ""
    references: Sequence[str] = ()
    sender: str = ""
    is_automatic: bool = False


class NotDelivered(Exception):
    """This try failed. `permanent` says that trying again is of no use (an address refused for good)."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
