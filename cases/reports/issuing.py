"""Making an edition of the monthly report, and taking one out: for whom, and on which reason.

An edition keeps its figures and its bytes; printing it again later gives the same ones. Who wants the figures of today makes
the next edition, and both are kept.
"""

import json
from datetime import date

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Department
from cases import policies
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible
from cskh.core.locks import one_at_a_time
from cskh.core.snapshot import one_moment

from . import exporting, figures, monthly, printing
from .models import MonthlyReport

KIND = "pdf"


def departments_for(actor: Actor) -> tuple[QuerySet[Department], bool]:
    """Of which departments `actor` may have a report, and whether of all together.

    An edition is whole for everybody who gets it. So a lead of no department in particular, who does not see what is restricted
    (R-14), has none but of departments they lead or manage by name.
    """
    if policies.oversees_everything(actor):
        return Department.objects.all(), True
    overseen = policies.overseen_departments(actor)
    return Department.objects.filter(pk__in=[one for one in overseen if one]), False


def may_make(actor: Actor) -> bool:
    """Whether there is a report that `actor` may make."""
    if not policies.may_export(actor):
        return False
    departments, of_all = departments_for(actor)
    return of_all or departments.exists()


def visible_to(actor: Actor) -> QuerySet[MonthlyReport]:
    """The editions `actor` may know of: those of departments whose work they look after."""
    departments, of_all = departments_for(actor)
    reports = MonthlyReport.objects.select_related("department", "made_by").defer("content", "pdf_vi", "pdf_en")
    return reports if of_all else reports.filter(Q(department__in=departments))


def make(*, actor: Actor, month: date, department: Department | None, reason: str) -> MonthlyReport:
    """The next edition for the month (its first day), printed in both languages.

    Raises NotPermitted, Invalid for a month to come or without a reason, Conflict where nothing is counted yet.
    """
    exporting.require(actor)
    _require_place(actor, department)
    if month > timezone.localdate():
        raise Invalid(errors={"month": [_("This month has not begun.")]})
    with one_moment():
        as_of = figures.as_of()
        if as_of is None:
            raise Conflict(_("Nothing is counted yet. Try again in a minute or two."))
        content = monthly.compose(actor, month, department, as_of=as_of, edition=0)
    with transaction.atomic():
        one_at_a_time("monthly reports are numbered")
        of_month = MonthlyReport.objects.filter(month=month, department=department)
        content["edition"] = (of_month.aggregate(last=Max("edition"))["last"] or 0) + 1
        report = MonthlyReport.objects.create(
            month=month,
            department=department,
            edition=content["edition"],
            as_of=as_of,
            made_by=actor.subject,
            content=json.dumps(content, ensure_ascii=False, sort_keys=True),
            pdf_vi=printing.as_pdf(content, "vi"),
            pdf_en=printing.as_pdf(content, "en"),
        )
        _note(report, actor, "", reason)
    return report


def take_out(report: MonthlyReport, *, actor: Actor, language: str, reason: str) -> bytes:
    """The bytes of a kept edition. Raises NotVisible, NotPermitted, or Invalid without a reason."""
    found = visible_to(actor).filter(pk=report.pk).defer(None).first()
    if found is None:
        raise NotVisible
    if language not in monthly.LANGUAGES:
        raise Invalid(errors={"language": [_("Choose a language.")]})
    with transaction.atomic():
        _note(found, actor, language, reason)
        return bytes(getattr(found, f"pdf_{language}"))


def _note(report: MonthlyReport, actor: Actor, language: str, reason: str) -> None:
    place = report.department.slug if report.department else ""
    query = f"month={report.month:%Y-%m}&department={place}&edition={report.edition}&language={language}"
    exporting.note(actor, KIND, count=1, what="monthly", query=query, reason=reason)


def _require_place(actor: Actor, department: Department | None) -> None:
    departments, of_all = departments_for(actor)
    if department is None and not of_all:
        raise NotPermitted(_("Choose a department that you lead or manage."))
    if department is not None and not departments.filter(pk=department.pk).exists():
        raise NotPermitted
