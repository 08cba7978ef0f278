"""Who does something: one of four kinds, always said. Imports no model."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class ActorKind(StrEnum):
    STAFF = "staff"
    CUSTOMER = "customer"
    INTEGRATION = "integration"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts. `id` is the primary key of a user, customer or API client as text, or the system actor's name.

    `subject` is the row itself where there is one, so that policies need not fetch it again.

    """

    kind: ActorKind
    id: str
    label: str = field(default="", compare=False)
    subject: Any = field(default=None, compare=False, repr=False)

    @classmethod
    def staff(cls, user: Any) -> Self:
        return cls(ActorKind.STAFF, str(user.pk), str(user), user)

    @classmethod
    def customer(cls, customer: Any) -> Self:
        return cls(ActorKind.CUSTOMER, str(customer.pk), "", customer)

    @classmethod
    def integration(cls, client: Any) -> Self:
        return cls(ActorKind.INTEGRATION, str(client.pk), client.name, client)

    @classmethod
    def system(cls, name: str) -> Self:
        """`name` says which part of the system acts: "intake", "sla", "outbox", …"""
        return cls(ActorKind.SYSTEM, name, name)

    @property
    def is_staff(self) -> bool:
        return self.kind is ActorKind.STAFF

    @property
    def is_customer(self) -> bool:
        return self.kind is ActorKind.CUSTOMER

    @property
    def is_integration(self) -> bool:
        return self.kind is ActorKind.INTEGRATION

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM

    # What Django REST framework asks of whoever a request comes from.
    is_authenticated = True
