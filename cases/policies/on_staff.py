"""What somebody may do about colleagues."""

from accounts.actors import Actor
from accounts.models import HEADS, User

from .on_cases import OVERSEERS


def oversees(actor: Actor) -> bool:
    """Whether `actor` looks after how others work, and may read the service's figures: heads, auditors, department leads."""
    if not actor.is_staff or not actor.subject.is_active:
        return False
    desk = actor.subject.desk
    return bool(desk.leads) or any(desk.has(role) for role in OVERSEERS)


def overseen_departments(actor: Actor) -> frozenset[int | None]:
    """The departments whose work `actor` looks after, by leading, managing, administering or auditing; None stands for all."""
    if not actor.is_staff or not actor.subject.is_active:
        return frozenset()
    desk = actor.subject.desk
    return desk.leads.union(*(desk.departments.get(role, ()) for role in OVERSEERS))


def oversees_everything(actor: Actor) -> bool:
    """Whether `actor` looks after the work of all departments, restricted categories included: managers, administrators and
    auditors of no department in particular. A lead of none in particular does not."""
    if not actor.is_staff or not actor.subject.is_active:
        return False
    return any(actor.subject.desk.everywhere(role) for role in OVERSEERS)


def may_export(actor: Actor) -> bool:
    """Whether `actor` may take figures and lists of cases out as files: whoever leads, manages or administers. Auditors look."""
    return actor.is_staff and actor.subject.is_active and bool(actor.subject.desk.heads)


def may_set_presence(actor: Actor, user: User) -> bool:
    """Whether `actor` may say that `user` is on or off duty: people for themselves; managers, administrators and leads for
    those of their departments."""
    if not actor.is_staff:
        return actor.is_system
    acting: User = actor.subject
    if acting.pk == user.pk:
        return True
    if not acting.is_active:
        return False
    places = acting.desk.heads
    return None in places or user.memberships.filter(department_id__in=[one for one in places if one]).exists()


def may_import_records(actor: Actor) -> bool:
    """Whether `actor` may hand in files of the operator's records, and withdraw them: managers and administrators."""
    return actor.is_staff and actor.subject.is_active and any(actor.subject.desk.has(role) for role in HEADS)
