"""Problem records, and the remedy that everybody gets whom they touched."""

from datetime import timedelta

from django.utils import timezone

from cases.complaints.models import Problem
from cases.models import Category
from cases.workflow import complaint, deciding, problems
from cases.workflow.problems import Same
from tests.cases.complaints.building import found
from tests.cases.complaints.remedying import REASON, in_days

SAID = "Hệ thống của chúng tôi nhận tin báo có muộn nên ghi có chậm."


def make_problem(owner, *slugs, **said):
    began = timezone.now() - timedelta(hours=2)
    problem = Problem.objects.create(
        **{
            "title": "Tin báo có đến muộn",
            "said_vi": SAID,
            "said_en": "Our system received the bank's notices late.",
            "owner": owner.subject,
            "began_from": began,
            **said,
        }
    )
    problem.categories.set(Category.objects.filter(slug__in=slugs))
    return problem


def same(**changed):
    return Same(**{"kind": "credit", "amount": 340_000, "due_on": in_days(3), "reason": REASON, **changed})


def with_a_link(case, decider):
    """A problem record to which the second issue is linked, and the first can be."""
    problem = make_problem(decider)
    complaint.add_issue(case, actor=decider, account="Ghi có muộn")
    deciding.note_finding(case, actor=decider, number=2, found=found())
    problems.link(case, actor=decider, number=2, problem=problem)
    return problem
