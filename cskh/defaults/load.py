"""Loads the first filling: idempotent, and never overwrites what staff changed."""

from datetime import date

import holidays
from django.utils import timezone

from accounts.customers.models import Notice
from accounts.models import Department
from cases.complaints import policy
from cases.complaints.models import ApprovalLimit, PolicyClause
from cases.complaints.remedy_states import Level
from cases.evidence import checklists
from cases.models import Calendar, CalendarDay, Category, SlaTarget
from cases.quality import forms as quality_forms
from cases.quality.models import ReviewForm
from cases.sla import packs
from channels_app import help_articles
from channels_app.models import HelpArticle, ReplyTemplate

from . import quality, texts
from .catalogue import DEPARTMENTS, PROTECTION_TEAM, REASONS, TOPICS
from .checklists import CHECKLISTS
from .entries import entries_for
from .help import ARTICLES
from .policy import CLAUSES, POLICY_VALID_FROM

WHOLE_DAY = [["00:00", "00:00"]]
CALENDARS = {
    packs.ALWAYS: ("Mọi lúc", "Round the clock", {str(day): WHOLE_DAY for day in range(7)}),
    packs.VN_WORKING_DAYS: ("Ngày làm việc", "Working days", {str(day): WHOLE_DAY for day in range(5)}),
}
# VND that somebody approves of a remedy alone, and with a second person; administrators change them in the desk.
LIMITS = {
    Level.LEAD: (2_000_000, 20_000_000),
    Level.MANAGER: (20_000_000, 500_000_000),
    Level.ADMINISTRATOR: (20_000_000, 500_000_000),
}


def load() -> None:
    """Adds whatever of the first filling is missing."""
    departments = {
        slug: Department.objects.get_or_create(slug=slug, defaults={"name_vi": vi, "name_en": en})[0]
        for slug, (vi, en) in DEPARTMENTS.items()
    }
    if not Department.objects.filter(is_protection=True).exists():
        Department.objects.filter(slug=PROTECTION_TEAM).update(is_protection=True)
    categories = _categories(departments)
    calendars = {
        slug: Calendar.objects.get_or_create(slug=slug, defaults={"name_vi": vi, "name_en": en, "week": week})[0]
        for slug, (vi, en, week) in CALENDARS.items()
    }
    _holidays(calendars[packs.VN_WORKING_DAYS])
    _targets(categories, calendars)
    Notice.objects.get_or_create(
        version=texts.NOTICE_VERSION, defaults={"body_vi": texts.NOTICE_VI, "body_en": texts.NOTICE_EN}
    )
    _policy()
    for level, (alone, together) in LIMITS.items():
        if not ApprovalLimit.objects.filter(level=level).exists():
            ApprovalLimit.objects.create(level=level, alone=alone, together=together, valid_from=POLICY_VALID_FROM)
    if not ReviewForm.objects.exists():
        quality_forms.publish(quality_forms.begin_draft(criteria=quality.criteria()))
    _help()
    for shortcut, (title, body_vi, body_en) in texts.REPLY_TEMPLATES.items():
        ReplyTemplate.objects.get_or_create(
            shortcut=shortcut, defaults={"title": title, "body_vi": body_vi, "body_en": body_en}
        )


def _categories(departments: dict[str, Department]) -> dict[str, Category]:
    topics = {
        slug: Category.objects.get_or_create(
            slug=slug, defaults={"name_vi": vi, "name_en": en, "department": departments[department]}
        )[0]
        for slug, (vi, en, department) in TOPICS.items()
    }
    categories = {}
    for reason in REASONS:
        category, is_new = Category.objects.get_or_create(
            slug=reason.slug,
            defaults={
                "parent": topics[reason.topic],
                "department": departments[reason.department],
                "name_vi": reason.vi,
                "name_en": reason.en,
                "priority": reason.priority,
                "needs_approval": reason.needs_approval,
                "is_complex": reason.is_complex,
                "is_restricted": reason.is_restricted,
            },
        )
        categories[reason.slug] = category
        if is_new and reason.slug in CHECKLISTS:
            checklists.publish(checklists.begin_draft(category, entries=entries_for(reason.slug)))
    return categories


def offer_checklists() -> list[Category]:
    """Begins a draft with what is shipped for each category in use that has no checklist at all. People publish it."""
    without = Category.objects.filter(slug__in=CHECKLISTS, is_active=True, checklists__isnull=True).order_by("slug")
    offered = list(without)
    for category in offered:
        checklists.begin_draft(category, entries=entries_for(category.slug))
    return offered


def _holidays(calendar: Calendar) -> None:
    """Vietnamese public holidays of this year and the next two, as a table to be corrected by the yearly notice."""
    this_year = timezone.localdate().year
    table = holidays.country_holidays("VN", years=range(this_year, this_year + 3), language="vi")
    known: set[date] = set(calendar.days.values_list("date", flat=True))
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar=calendar, date=day, name=name[:120], source="holidays " + holidays.__version__)
        for day, name in sorted(table.items())
        if day not in known
    )


def _targets(categories: dict[str, Category], calendars: dict[str, Calendar]) -> None:
    """The operator's own promises, and the laws' limits that are valid today and concern every case of their kind."""
    today = timezone.localdate()
    in_force = [packs.in_force(packs.PACKS, slug, today) for slug in dict.fromkeys(pack.slug for pack in packs.PACKS)]
    for pack in filter(None, in_force):
        for target in pack.targets:
            SlaTarget.objects.get_or_create(
                kind=target.kind.value,
                category=categories[target.category] if target.category else None,
                priority=target.priority or "",
                channel=target.channel or "",
                defaults={"seconds": target.seconds, "calendar": calendars[target.calendar]},
            )


def _policy() -> None:
    """The first policy as a whole, where none was ever published: what an operator has is theirs to change."""
    if PolicyClause.objects.exists():
        return
    for number, (title_vi, title_en, text_vi, text_en) in enumerate(CLAUSES, start=1):
        policy.enter(
            PolicyClause(
                number=number,
                title_vi=title_vi,
                title_en=title_en,
                text_vi=text_vi,
                text_en=text_en,
                valid_from=POLICY_VALID_FROM,
            )
        )


def _help() -> None:
    categories = {category.slug: category for category in Category.objects.all()}
    for position, (slug, (category, title_vi, title_en, body_vi, body_en)) in enumerate(ARTICLES.items(), start=1):
        article, is_new = HelpArticle.objects.get_or_create(
            slug=slug,
            defaults={
                "category": categories.get(category),
                "title_vi": title_vi,
                "title_en": title_en,
                "body_vi": body_vi,
                "body_en": body_en,
                "position": position * 10,
            },
        )
        if is_new:
            help_articles.publish(article)
