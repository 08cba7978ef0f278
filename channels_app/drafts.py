"""What somebody began to write on a case, kept until it is sent or thrown away. Only they ever see it.

A draft survives everything that happens to the case meanwhile; where its author may not see the case any more, it is not
shown, and there again when they may.
"""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Case
from cskh.core.errors import Invalid
from cskh.core.text import require_length

from .models import Draft


def drafts_of(user: User, case: Case) -> dict[str, Draft]:
    """Theirs on this case, by kind, the latest first. Whoever asks has found the case through the policies."""
    drafts = Draft.objects.filter(user=user, case=case).order_by("-updated_at", "-pk")
    return {draft.kind: draft for draft in drafts}


def keep(user: User, case: Case, kind: str, body: str, *, refused: str = "") -> Draft | None:
    """Keeps the words as they are typed; nothing but blanks is no draft. Raises Invalid, and then the old one stays."""
    if kind not in Draft.Kind:
        raise Invalid(errors={"kind": [_("Nothing of this kind is written.")]})
    require_length(body, settings.MESSAGE_MAX_CHARACTERS)
    return put_back(user, case, kind, body, refused=refused)


def put_back(user: User, case: Case, kind: str, body: str, *, refused: str = "") -> Draft | None:
    """As `keep`, for words that were sent already and come back: all of them stay, however long they are with what was typed
    meanwhile. Their author shortens them; nothing is cut behind their back."""
    text = body.replace("\x00", "")
    if not text.strip():
        drop(user, case, kind)
        return None
    words = {"body": text, "refused": refused, "updated_at": timezone.now()}
    draft, _created = Draft.objects.update_or_create(user=user, case=case, kind=kind, defaults=words)
    return draft


def drop(user: User, case: Case, kind: str) -> None:
    Draft.objects.filter(user=user, case=case, kind=kind).delete()
