"""IMAP over the store: pymap's server with its in-memory mail boxes, written down as they change.

pymap's own on-disk boxes pass every message through a parser and write it anew; a broken mail must come out as it went in.
The classes below reach into pymap's (`_messages`, `_max_uid`): its version is pinned with the other demo requirements.
"""

import shutil
from argparse import Namespace
from asyncio import Server, start_server
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.concurrent import Subsystem
from pymap.exceptions import InvalidAuth
from pymap.flags import FlagOp
from pymap.imap import IMAPServer
from pymap.interfaces.message import CachedMessage
from pymap.mime import MessageContent
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Answered, Deleted, Draft, Flag, Flagged, Seen
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

from .store import SENT, Folder, MailStore, StoredMail, bare_address

_LETTERS = {"D": Draft, "F": Flagged, "R": Answered, "S": Seen, "T": Deleted}


class StoredMailbox(MailboxData):
    """A mail folder of the store. What IMAP or a delivery changes is on disk before it is acknowledged."""

    def __init__(self, folder: Folder, boxes: "StoredMailboxSet") -> None:
        super().__init__(boxes.content_cache, boxes.thread_cache)
        self._folder = folder
        self._uid_validity = folder.uid_validity
        self._max_uid = folder.last_uid
        for mail in folder.mails():
            self._load(mail)

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        when = _exact(append_msg.when)
        message = await super().append(replace(append_msg, when=when), recent=recent)
        self._keep(message)
        return message

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        new_uid = await super().copy(uid, destination, recent=recent)
        if new_uid is not None and isinstance(destination, StoredMailbox):
            destination._keep(destination._messages[new_uid])
        return new_uid

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        new_uid = await super().move(uid, destination, recent=recent)
        if new_uid is not None and isinstance(destination, StoredMailbox):
            destination._keep(destination._messages[new_uid])
            self._folder.remove(uid)
        return new_uid

    async def update(self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp) -> Message:
        message = await super().update(uid, cached_msg, flag_set, mode)
        self._folder.flag(uid, _letters(message.permanent_flags))
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        uids = list(uids)
        await super().delete(uids)
        for uid in uids:
            self._folder.remove(uid)

    def _keep(self, message: Message) -> None:
        raw = bytes(message._content) if message._content is not None else b""
        self._folder.add(message.uid, raw, _letters(message.permanent_flags), message.internal_date)

    def _load(self, mail: StoredMail) -> None:
        content = MessageContent.parse(mail.read())
        self._messages[mail.uid] = Message(
            mail.uid,
            mail.received_at,
            frozenset(_LETTERS[letter] for letter in mail.flags if letter in _LETTERS),
            email_id=self._content_cache.add(content),
            thread_id=self._thread_cache.add(content),
            content=content,
        )
        self._mod_sequences.update([mail.uid])


class StoredMailboxSet(MailboxSet):
    """The folders of one address."""

    def __init__(self, store: MailStore, address: str) -> None:
        super().__init__()
        self.content_cache = self._content_cache
        self.thread_cache = self._thread_cache
        self._store = store
        self._address = address
        self._inbox = StoredMailbox(store.folder(address), self)
        for name in {SENT, *store.folder_names(address)} - {"INBOX"}:
            self._set[name] = StoredMailbox(store.folder(address, name), self)

    async def add_mailbox(self, name: str) -> ObjectId:
        async with self._set_lock.write_lock():
            if name in self._set or name.upper() == "INBOX":
                raise ValueError(name)
            self._set[name] = box = StoredMailbox(self._store.folder(self._address, name), self)
            return box.mailbox_id

    async def delete_mailbox(self, name: str) -> None:
        await super().delete_mailbox(name)
        shutil.rmtree(self._store.folder(self._address, name).path)

    async def rename_mailbox(self, before: str, after: str) -> None:
        raise ValueError(after)  # nobody needs it here; answered as a refusal


class AnyAddressLogin(Login):
    """Lets every address in with the one password, and hands out its folders."""

    def __init__(self, config: Config, store: MailStore) -> None:
        super().__init__(config)
        self._store = store
        self._boxes: dict[str, StoredMailboxSet] = {}

    def boxes(self, address: str) -> StoredMailboxSet:
        if address not in self._boxes:
            self._boxes[address] = StoredMailboxSet(self._store, address)
        return self._boxes[address]

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        name = credentials.authcid
        try:
            address = bare_address(name)
        except ValueError:
            raise InvalidAuth from None
        self.users_dict[name] = UserMetadata(self.config, name, password=self.config.demo_password)
        self.config.set_cache[name] = (self.boxes(address), FilterSet())
        return await super().authenticate(credentials)


class _Config(Config):
    @property
    def greeting(self) -> bytes:
        return b"Server ready"  # pymap asks the DNS for our name, which can take seconds where there is none


def make_login(store: MailStore, password: str) -> AnyAddressLogin:
    config = _Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        host=None,
        port=0,
        tls_enabled=False,
        hash_context=Cleartext(),
        cpu_subsystem=Subsystem.for_asyncio(),
        demo_data=False,
        demo_user="",
        demo_password=password,
    )
    return AnyAddressLogin(config, store)


async def serve_imap(login: AnyAddressLogin, host: str, port: int) -> Server:
    server = IMAPServer(login, login.config)
    return await start_server(
        ProxyProtocolReader(login.config.proxy_protocol).get_callback(server), host=host, port=port
    )


def _exact(given: datetime | None) -> datetime:
    """The time a client gives; now, to the fraction of a second that IMAP has no room for, when it means now."""
    now = datetime.now(UTC)
    return now if given is None or abs(now - given) < timedelta(minutes=1) else given


def _letters(flags: Iterable[Flag]) -> str:
    flags = set(flags)
    return "".join(letter for letter, flag in _LETTERS.items() if flag in flags)
