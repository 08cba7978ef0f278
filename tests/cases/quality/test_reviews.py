"""Samples and reviews: what is drawn, who reviews whose work, how it comes out, and what the agent reads of it."""

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from accounts.actors import Actor
from accounts.models import Role
from cases.events import EventKind, flaws_of
from cases.models import Answer, Case
from cases.quality import drawing, forms, rights
from cases.quality.models import AgentComment, Critical, Mark, Review, Sample, Strata
from cases.quality.scoring import scored
from cases.quality.seals import altered, seal_of_comment
from cases.states import ClosedAs
from cases.workflow import quality
from channels_app.models import StaffNotice
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible
from tests.cases.quality.building import MET, NA, NOT_MET, answered, drawn, marks, one_review, reviewed, wanted
from tests.cases.reports.building import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(defaults):
    with time_machine.travel(at("2026-11-10 09:00"), tick=False):
        yield


@pytest.fixture
def minh(make_staff):
    return make_staff("minh", Role.SPECIALIST, "payments")


@pytest.fixture
def son(make_staff):
    return make_staff("son", Role.MANAGER)


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST, "payments", lead=True)


def drawn_of(agent, head, many):
    for _ in range(many):
        answered(agent)
    return drawn(head, size=1)


class TestDrawing:
    def test_so_many_of_each_agent_and_the_seed_gives_them_again(self, make_staff, minh, son):
        khoa = make_staff("khoa", Role.SPECIALIST, "technical")
        of = {who: {answered(who).code for _ in range(many)} for who, many in ((minh, 5), (khoa, 2))}
        sample = drawn(son, size=3)
        told = {(one["stratum"], one["of"], one["drawn"]) for one in sample.population}
        assert told == {(str(minh.pk), 5, 3), (str(khoa.pk), 2, 2)}
        codes = set(sample.reviews.values_list("case__code", flat=True))
        population = {str(who.pk): codes_of for who, codes_of in of.items()}
        assert codes == {code for some in drawing.draw(population, sample.seed, 3).values() for code in some}
        assert {one["stratum"]: one["sha256"] for one in sample.population} == {
            name: drawing.name_of(codes_of) for name, codes_of in population.items()
        }
        assert quality.drawn_again(sample) == quality.DrawnAgain(changed=0, is_same=True)

    def test_it_can_be_drawn_again_after_later_samples_and_beside_what_has_changed(self, make_staff, minh, son):
        khoa = make_staff("khoa", Role.SPECIALIST, "technical")
        cases = [answered(who) for who in (minh, khoa) for _ in range(6)]
        first = drawn(son, size=2)
        later = [drawn(son, size=2), drawn(son, size=1)]
        same = quality.DrawnAgain(changed=0, is_same=True)
        assert [quality.drawn_again(one) for one in (first, *later)] == [same] * 3
        reopened = Case.objects.filter(pk=cases[0].pk)
        reopened.update(status="reopened", closed_at=None, closed_as="", round=2)
        assert quality.drawn_again(first) == quality.DrawnAgain(changed=1, is_same=True)
        theirs = first.reviews.filter(agent=khoa).first()
        other = later[1].reviews.get(agent=khoa)
        Review.objects.filter(pk=theirs.pk).update(sample=later[1])  # as if somebody had chosen
        Review.objects.filter(pk=other.pk).update(sample=first)
        assert quality.drawn_again(first) == quality.DrawnAgain(changed=1, is_same=False)

    def test_what_it_costs_is_what_is_drawn_not_what_there_is(self, minh, son, django_assert_num_queries):
        answered(minh)
        drawn(son, first_day=at("2026-08-01 00:00").date(), size=1)  # 92 days, and once for what is fetched once
        sample = drawn_of(minh, son, 2)
        with django_assert_num_queries(3):
            quality.drawn_again(sample)
        for _ in range(4):
            answered(minh)
        with django_assert_num_queries(3):
            assert quality.drawn_again(sample).changed == 1

    def test_of_each_department(self, minh, son):
        answered(minh, category="deposit-not-credited")
        answered(minh, category="settlement")
        sample = drawn(son, strata=Strata.DEPARTMENT, size=1)
        assert [(one["of"], one["drawn"]) for one in sample.population] == [(1, 1), (1, 1)]
        assert {one.department_id for one in sample.reviews.all()} == {int(one["stratum"]) for one in sample.population}

    def test_never_what_whoever_draws_had_a_hand_in(self, minh, son):
        theirs = [answered(son), answered(minh, by=[son]), answered(minh)]
        Case.objects.filter(pk=theirs[2].pk).update(assignee=son)
        fine = answered(minh)
        assert [one.case_id for one in drawn(son).reviews.all()] == [fine.pk]

    def test_neither_spam_nor_what_is_open_nor_what_was_drawn_or_of_other_days(self, minh, son):
        answered(minh, as_=ClosedAs.SPAM)
        answered(minh, "2026-09-30")
        answered(minh, "2026-11-01")
        first, last = answered(minh, "2026-10-01"), answered(minh, "2026-10-31")
        assert {one.case_id for one in drawn(son).reviews.all()} == {first.pk, last.pk}
        with pytest.raises(Invalid, match="no case to draw|Không có"):
            drawn(son)

    @pytest.mark.parametrize("second", [None, "integration"])
    def test_nobody_is_answerable_for_a_round_that_somebody_else_or_nobody_answered(
        self, minh, son, make_staff, second
    ):
        """The second round was withdrawn without an answer, or a program answered it; beside it, one that `khoa` answered."""
        khoa = make_staff("khoa", Role.SPECIALIST, "technical")
        others, khoas = answered(minh), answered(minh)
        said = {"round": 2, "body": "Xong", "state": "sent", "sent_at": at("2026-10-05 11:30")}
        if second:
            Answer.objects.create(case=others, author_kind=second, author_id="1", **said)
        Answer.objects.create(case=khoas, author_kind="staff", author_id=str(khoa.pk), **said)
        Case.objects.filter(pk__in=[others.pk, khoas.pk]).update(round=2)
        assert [(one.case, one.round, one.agent) for one in drawn(son).reviews.all()] == [(khoas, 2, khoa)]

    def test_a_lead_draws_in_their_own_department_alone(self, minh, lan):
        mine = answered(minh)
        answered(minh, category="settlement")
        assert [one.case_id for one in drawn(lan).reviews.all()] == [mine.pk]

    @pytest.mark.parametrize(
        "changed",
        [
            {"size": 0},
            {"size": 21},
            {"first_day": at("2026-11-01 00:00").date()},
            {"first_day": at("2026-07-31 00:00").date()},  # 93 days
        ],
    )
    def test_what_makes_no_sense_is_refused_by_field(self, minh, son, changed):
        answered(minh)
        with pytest.raises(Invalid) as refused:
            drawn(son, **changed)
        assert refused.value.errors
        assert not Sample.objects.exists()

    def test_the_record_of_each_case_says_so_and_names_nobody(self, minh, son):
        made = answered(minh)
        sample = drawn(son)
        event = made.events.get(kind=EventKind.QUALITY_DRAWN)
        assert event.facts == {"review": sample.reviews.get().pk, "sample": sample.pk}
        assert list(flaws_of(Case.objects.get(pk=made.pk))) == []


# role, department, lead: may draw, and reads what was drawn of payments
ROLES = [
    (Role.INTAKE, "intake", False, False, False),
    (Role.SPECIALIST, "payments", False, False, False),
    (Role.SPECIALIST, "payments", True, True, True),
    (Role.SPECIALIST, "technical", True, True, False),
    (Role.MANAGER, "payments", False, True, True),
    (Role.MANAGER, "technical", False, True, False),
    (Role.MANAGER, None, False, True, True),
    (Role.AUDITOR, None, False, False, True),
    (Role.ADMINISTRATOR, None, False, True, True),
]


@pytest.mark.parametrize(("role", "department", "lead", "draws", "reads"), ROLES)
def test_who_draws_reviews_and_reads(make_staff, minh, son, role, department, lead, draws, reads):
    made = answered(minh)
    review = one_review(son, made)
    kim = Actor.staff(make_staff("kim", role, department, lead=lead))
    assert rights.may_draw(kim) is draws
    assert rights.visible_to(kim).exists() is reads
    assert rights.may_score(kim, review) is (draws and reads)
    if not (draws and reads):
        with pytest.raises(NotPermitted if reads else NotVisible):
            quality.score(review, actor=kim, marks=marks(review))
    if not draws:
        with pytest.raises(NotPermitted):
            quality.draw(actor=kim, wanted=wanted())


class TestFourEyes:
    def test_nobody_reviews_their_own_work_not_even_a_manager(self, make_staff, son):
        yen = make_staff("yen", Role.MANAGER)
        review = one_review(son, answered(yen))
        with pytest.raises(NotVisible):  # nor reads it before it is done
            quality.score(review, actor=Actor.staff(yen), marks=marks(review))
        assert not rights.may_score(Actor.staff(yen), review)

    def test_nor_what_they_had_a_hand_in(self, make_staff, minh, son):
        yen = make_staff("yen", Role.MANAGER)
        review = one_review(son, answered(minh, by=[yen]))
        with pytest.raises(NotPermitted):
            quality.score(review, actor=Actor.staff(yen), marks=marks(review))
        assert Review.objects.get(pk=review.pk).state == Review.State.OPEN

    def test_the_database_refuses_it_too(self, minh, son):
        review = one_review(son, answered(minh))
        said = {"state": "done", "done_at": at("2026-11-10 09:00"), "passed": True}
        with pytest.raises(Error), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(reviewer=minh, **said)

    def test_not_while_the_case_is_worked_on_again(self, minh, son):
        review = one_review(son, answered(minh))
        Case.objects.filter(pk=review.case_id).update(status="reopened", closed_at=None, closed_as="", round=2)
        with pytest.raises(Conflict):
            quality.score(review, actor=Actor.staff(son), marks=marks(review))

    def test_but_once_it_is_closed_again_as_what_was_drawn(self, minh, son):
        made = answered(minh)
        review = one_review(son, made)
        Case.objects.filter(pk=made.pk).update(round=2)
        done = quality.score(review, actor=Actor.staff(son), marks=marks(review))
        assert (done.is_done, done.round, done.agent) == (True, 1, minh)
        call_command("verify_audit", made.code)


C, B, L = Critical.CUSTOMER, Critical.BUSINESS, Critical.COMPLIANCE


@pytest.mark.parametrize(
    ("said", "score", "ok", "passed"),
    [
        ([(C, MET), (B, MET), (L, MET)], 100, (True, True, True), True),
        ([(C, MET), (C, MET), (C, MET), (C, MET), (C, NOT_MET)], 80, (False, None, None), True),
        ([(C, MET), (C, MET), (C, NOT_MET), (B, NA)], 66, (False, None, None), False),
        ([*[(C, MET)] * 19, (L, NOT_MET)], 95, (True, None, False), False),  # one error of that kind fails all of it
        ([(C, NA), (B, NA), (L, NA)], 100, (None, None, None), True),
        ([(L, NA), (B, MET), (B, NOT_MET)], 50, (None, False, None), False),
    ],
)
def test_what_a_review_comes_to_by_hand(said, score, ok, passed):
    found = scored(said, 80)
    assert (found.score, tuple(found.ok[one] for one in (C, B, L)), found.passed) == (score, ok, passed)


def lift_the_guards(table):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


class TestReviewing:
    def test_an_error_of_compliance_fails_it_and_the_agent_is_told(self, minh, son):
        made = answered(minh)
        done = reviewed(son, made, privacy=NOT_MET)
        assert (done.passed, done.score, done.customer_ok, done.compliance_ok) == (False, 91, True, False)
        event = made.events.get(kind=EventKind.QUALITY_REVIEWED)
        assert event.facts == {"review": done.pk, "sha256": done.sha256}
        assert list(StaffNotice.objects.filter(event=event).values_list("recipient__username", flat=True)) == ["minh"]

    def test_every_criterion_is_answered_and_an_error_is_explained(self, minh, son):
        review = one_review(son, answered(minh))
        said = marks(review)
        first, second, *_others = said
        said[first], said[second] = ("", ""), (NOT_MET, "  ")
        with pytest.raises(Invalid) as refused:
            quality.score(review, actor=Actor.staff(son), marks=said)
        assert set(refused.value.errors) == {f"mark-{first}", f"comment-{second}"}
        assert not Mark.objects.exists()

    def test_the_database_wants_the_comment_too(self, minh, son):
        review = one_review(son, answered(minh))
        criterion = review.sample.form.criteria.first()
        with pytest.raises(Error), transaction.atomic():
            Mark.objects.create(review=review, criterion=criterion, result=NOT_MET)

    def test_once(self, minh, son):
        made = answered(minh)
        review = reviewed(son, made)
        with pytest.raises(Conflict):
            quality.score(review, actor=Actor.staff(son), marks=marks(review))

    def test_what_is_done_stays_as_it_is(self, minh, son):
        review = reviewed(son, answered(minh), plain_words=NOT_MET)
        for rewrite in (
            lambda: Review.objects.filter(pk=review.pk).update(passed=True, score=100),
            lambda: Review.objects.all().delete(),
            lambda: Mark.objects.update(result=MET),
            lambda: Mark.objects.all().delete(),
        ):
            with pytest.raises(Error), transaction.atomic():
                rewrite()

    def test_what_was_altered_beneath_it_is_found(self, minh, son):
        review = reviewed(son, answered(minh), plain_words=NOT_MET)
        call_command("verify_audit", review.case.code)
        lift_the_guards("quality_mark")
        Mark.objects.filter(result=NOT_MET).update(comment="Tốt")
        with pytest.raises(CommandError, match="1 flaw"):
            call_command("verify_audit", review.case.code)

    @pytest.mark.parametrize(
        "change",
        [
            {"customer_ok": False},
            {"business_ok": None},
            {"compliance_ok": None},
            {"done_at": at("2026-10-31 09:00")},
            {"department": None},
            {"summary": "Kém"},
            {"summary_sha256": "0" * 64},
        ],
    )
    def test_all_that_is_counted_is_sealed(self, minh, son, change):
        review = reviewed(son, answered(minh))
        assert list(altered()) == []
        lift_the_guards("quality_review")
        Review.objects.filter(pk=review.pk).update(**change)
        assert [flaw.what for flaw in altered()] == ["its quality review was altered"]

    @pytest.mark.parametrize("change", [{"text": "Không"}, {"at": at("2026-11-01 09:00")}])
    def test_so_is_what_the_agent_said(self, minh, son, change):
        review = reviewed(son, answered(minh))
        quality.comment(review, actor=Actor.staff(minh), text="Vâng")
        assert list(altered()) == []
        lift_the_guards("quality_agentcomment")
        AgentComment.objects.update(**change)
        assert [flaw.what for flaw in altered()] == ["the comment on its quality review was altered"]
        AgentComment.objects.all().delete()
        assert [flaw.what for flaw in altered()] == ["the comment on the quality review it names is gone"]

    def test_texts_can_be_emptied_and_what_they_were_sealed_with_stays(self, minh, son):
        review = reviewed(son, answered(minh), plain_words=NOT_MET)
        quality.comment(review, actor=Actor.staff(minh), text="Vâng")
        for emptied, refused in (
            (lambda: Review.objects.filter(pk=review.pk).update(summary=""), {"summary": "", "score": 1}),
            (lambda: Mark.objects.update(comment=""), {"comment": "", "comment_sha256": ""}),
            (lambda: AgentComment.objects.update(text=""), {"text": "", "salt": ""}),
        ):
            model = {"summary": Review, "comment": Mark, "text": AgentComment}[next(iter(refused))]
            with pytest.raises(Error), transaction.atomic():
                model.objects.update(**refused)
            emptied()
        assert not Mark.objects.exclude(comment="").exists()
        assert AgentComment.objects.get().text == ""
        call_command("verify_audit", review.case.code)

    def test_looking_at_all_of_them_costs_the_same(self, minh, son, django_assert_num_queries):
        made = [answered(minh) for _ in range(4)]
        reviewed(son, made[0])
        with django_assert_num_queries(3):
            assert list(altered()) == []
        for one in made[1:]:
            quality.comment(reviewed(son, one), actor=Actor.staff(minh), text="Vâng")
        with django_assert_num_queries(3):
            assert list(altered()) == []


class TestTheAgent:
    def test_reads_their_own_once_it_is_done_and_says_something_once(self, minh, son):
        made, other = answered(minh), answered(minh)
        review, waiting = one_review(son, made), one_review(son, other)
        assert not rights.visible_to(Actor.staff(minh)).exists()
        reviewed(son, made, next_step=NOT_MET)
        assert list(rights.visible_to(Actor.staff(minh))) == [review]
        quality.comment(review, actor=Actor.staff(minh), text="Hạn có ở tin thứ hai")
        with pytest.raises(Conflict):
            quality.comment(review, actor=Actor.staff(minh), text="Nữa")
        event = made.events.get(kind=EventKind.QUALITY_ANSWERED)
        said = seal_of_comment(AgentComment.objects.get())
        assert event.facts == {"review": review.pk, "sha256": said}  # private: not in the words of the case
        assert StaffNotice.objects.filter(event=event).get().recipient == son
        with pytest.raises(NotVisible):
            quality.comment(waiting, actor=Actor.staff(minh), text="Chưa xong")

    def test_nobody_else_comments_and_colleagues_read_nothing(self, make_staff, minh, son):
        review = reviewed(son, answered(minh))
        with pytest.raises(NotPermitted):
            quality.comment(review, actor=Actor.staff(son), text="x")
        colleague = make_staff("tam", Role.SPECIALIST, "payments")
        with pytest.raises(NotVisible):
            quality.comment(review, actor=Actor.staff(colleague), text="x")
        assert not AgentComment.objects.exists()

    def test_what_they_said_stays(self, minh, son):
        review = reviewed(son, answered(minh))
        quality.comment(review, actor=Actor.staff(minh), text="Vâng")
        with pytest.raises(Error), transaction.atomic():
            AgentComment.objects.update(text="Không")


def test_a_new_version_of_the_form_leaves_reviews_as_they_were(minh, son):
    review = one_review(son, answered(minh))
    draft = forms.begin_draft(note="Bớt một dòng")
    draft.criteria.first().delete()
    with pytest.raises(Conflict):
        forms.begin_draft()
    forms.publish(draft)
    with pytest.raises(Conflict):
        forms.publish(draft)
    assert forms.in_force() == draft
    assert review.sample.form.criteria.count() == draft.criteria.count() + 1
    answered(minh)
    assert drawn(son).form == draft
