"""Addresses of cases under /api/v1/."""

from django.urls import path

from . import checks, complaints, facts, problems, records, registers, remedies, responses, satisfaction, views
from .steps import STEPS

urlpatterns = [
    path("cases/", views.Cases.as_view()),
    path("cases/<str:code>/", views.CaseDetail.as_view()),
    path("cases/<str:code>/timeline/", views.CaseTimeline.as_view()),
    path("cases/<str:code>/evidence/", views.CaseEvidence.as_view()),
    path("cases/<str:code>/satisfaction/", satisfaction.GiveSatisfaction.as_view()),
    path("cases/<str:code>/facts/", facts.CaseFacts.as_view()),
    path("cases/<str:code>/facts/<slug:fact>/confirm/", facts.ConfirmFact.as_view()),
    path("cases/<str:code>/checks/", checks.CaseChecks.as_view()),
    path("cases/<str:code>/set-aside/", facts.SetAside.as_view()),
    path("cases/<str:code>/records/", records.CaseRecords.as_view()),
    path("evidence/<int:pk>/verify/", views.VerifyEvidence.as_view()),
    path("complaints/", complaints.Complaints.as_view()),
    path("complaints/<str:code>/", complaints.ComplaintDetail.as_view()),
    path("complaints/<str:code>/responses/", responses.ComplaintResponses.as_view()),
    path("complaints/<str:code>/responses/<uuid:public_id>/pdf/", responses.ResponsePdf.as_view()),
    path("complaints/<str:code>/describe/", complaints.DescribeComplaint.as_view()),
    path("complaints/<str:code>/recourse/", complaints.SayRecourse.as_view()),
    path("complaints/<str:code>/issues/", complaints.AddIssue.as_view()),
    path("complaints/<str:code>/issues/<int:number>/accounts/", complaints.NoteAccount.as_view()),
    path("complaints/<str:code>/issues/<int:number>/finding/", complaints.FindIssue.as_view()),
    path("complaints/<str:code>/issues/<int:number>/decision/", complaints.DecideIssue.as_view()),
    path("complaints/<str:code>/issues/<int:number>/problem/", problems.LinkProblem.as_view()),
    path("complaints/<str:code>/issues/<int:number>/problem/take-back/", problems.UnlinkProblem.as_view()),
    path("problems/", problems.Problems.as_view()),
    path("problems/<int:pk>/", problems.ProblemDetail.as_view()),
    path("problems/<int:pk>/cases/", problems.ProblemCases.as_view()),
    path("remedies/", remedies.Remedies.as_view()),
    path("cases/<str:code>/remedies/", remedies.CaseRemedies.as_view()),
    *(
        path(f"cases/<str:code>/remedies/<int:pk>/{move}/", remedies.MoveRemedy.as_view(move=move))
        for move in remedies.MOVES_OVER_REST
    ),
    path("categories/", registers.Categories.as_view()),
    *(path(f"cases/<str:code>/{step.value}/", views.TakeStep.as_view(step=step)) for step in STEPS),
]
