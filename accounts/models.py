"""Who works here, and which programs may call us."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from cskh.core.models import Named


class Role(models.TextChoices):
    INTAKE = "intake_agent", _("intake agent")
    SPECIALIST = "specialist", _("specialist")
    MANAGER = "manager", _("manager")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


# Who answers for how others work.
HEADS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})


class Department(Named):
    """A specialist team with a queue."""

    is_active = models.BooleanField(_("active"), default=True)
    is_protection = models.BooleanField(
        _("protection team"),
        default=False,
        db_default=False,
        help_text=_(
            "Gets at once whatever a customer writes of self-harm, self-exclusion or lost control. One team at most."
        ),
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_protection"], condition=models.Q(is_protection=True), name="department_one_protection_team"
            )
        ]


@dataclass(frozen=True)
class Desk:
    """What a person's memberships add up to. `departments` maps a role to department ids; None stands for all of them.

    Leading is acting, so an auditor never leads.
    """

    departments: dict[str, frozenset[int | None]]
    leads: frozenset[int | None]

    def has(self, role: str) -> bool:
        return role in self.departments

    def has_in(self, role: str, department_id: int | None) -> bool:
        """Whether the person holds the role in that department, or in all of them."""
        held = self.departments.get(role, frozenset())
        return None in held or (department_id is not None and department_id in held)

    def everywhere(self, role: str) -> bool:
        return None in self.departments.get(role, frozenset())

    @property
    def heads(self) -> frozenset[int | None]:
        """The departments the person leads, manages or administers; None stands for all of them."""
        return self.leads.union(*(self.departments.get(role, ()) for role in HEADS))

    @property
    def own_departments(self) -> set[int]:
        """The departments the person belongs to, in whichever role."""
        return {i for ids in self.departments.values() for i in ids if i is not None}


class User(AbstractUser):
    """A member of staff. Rights come from memberships; superusers are administrators everywhere."""

    class Presence(models.TextChoices):
        ON_DUTY = "on_duty", _("on duty")
        OFF_DUTY = "off_duty", _("off duty")

    phone_extension = models.CharField(_("telephone extension"), max_length=20, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    presence = models.CharField(_("presence"), max_length=10, choices=Presence, default=Presence.ON_DUTY)
    presence_changed_at = models.DateTimeField(_("presence changed at"), default=timezone.now)

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        """The name in Vietnamese order: family name first."""
        return f"{self.last_name} {self.first_name}".strip()

    @cached_property
    def desk(self) -> Desk:
        """Roles and departments, fetched once a request."""
        departments: dict[str, set[int | None]] = {}
        leads: set[int | None] = set()
        for one in self.memberships.all():
            departments.setdefault(one.role, set()).add(one.department_id)
            if one.is_lead and one.role != Role.AUDITOR:
                leads.add(one.department_id)
        if self.is_superuser:
            departments.setdefault(Role.ADMINISTRATOR, set()).add(None)
        return Desk({role: frozenset(ids) for role, ids in departments.items()}, frozenset(leads))


class Membership(models.Model):
    """A role of a person, in one department or (department empty) in all of them."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("member of staff")
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("department"),
        help_text=_("Empty: in every department."),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    is_lead = models.BooleanField(_("department lead"), default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "department", "role"], name="membership_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} ({self.department or '*'})"


class Scope(models.TextChoices):
    CASES_OPEN = "cases:open", _("open cases and add messages and evidence")
    CASES_READ = "cases:read", _("read cases")
    CASES_WORK = "cases:work", _("take the department's steps on cases")
    CASES_ANSWER_FOR_CUSTOMER = "cases:customer", _("accept, reject and withdraw for the customer")
    CUSTOMERS = "customers", _("read and correct customers")
    CALLS = "calls", _("report telephone calls")
    WEBHOOKS = "webhooks", _("manage webhooks")


class ApiClientManager(models.Manager["ApiClient"]):
    def create_with_key(self, name: str, scopes: Iterable[str]) -> tuple["ApiClient", str]:
        """A new client and its key, which is shown this once and kept only as a hash."""
        key = f"cskh_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
        client = self.create(name=name, scopes=list(scopes), key_prefix=key[:13], key_hash=hash_key(key))
        return client, key

    def authenticate(self, key: str) -> "ApiClient | None":
        """The active client whose key this is."""
        client = self.filter(key_prefix=key[:13], is_active=True).first()
        if client is None or not secrets.compare_digest(client.key_hash, hash_key(key)):
            return None
        return client


def hash_key(key: str) -> str:
    """SHA-256; the key has 256 bits of its own, so no slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


class ApiClient(models.Model):
    """A program of the operator that calls the REST API with a key."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), verbose_name=_("scopes"))
    key_prefix = models.CharField(_("beginning of the key"), max_length=13, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ApiClientManager()

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def __str__(self) -> str:
        return self.name

    def has_scope(self, scope: str) -> bool:
        return scope in self.scopes
