"""Addresses of the public pages."""

from django.urls import path

from .views import case, reading, requests, responses, site, track, uploads

app_name = "portal"
urlpatterns = [
    path("", site.home, name="home"),
    path("brand.css", site.brand_css, name="brand_css"),
    path("language/", site.language, name="language"),
    path("notice/", site.notice, name="notice"),
    path("notice/<str:version>/", site.notice, name="notice_version"),
    path("help/", reading.articles, name="help"),
    path("help/<slug:slug>/", reading.article, name="article"),
    path("help/<slug:slug>/v<int:number>/", reading.article_version, name="article_version"),
    path("help/<slug:slug>/helped/", reading.helped, name="helped"),
    path("policy/", reading.policy_page, name="policy"),
    path("policy/<str:day>/", reading.policy_page, name="policy_day"),
    path("request/", requests.open_request, name="request"),
    path("request/done/", requests.opened, name="opened"),
    path("track/", track.ask, name="ask"),
    path("track/code/", track.enter_code, name="enter_code"),
    path("track/leave/", track.leave, name="leave"),
    path("track/link/<str:token>/", track.link, name="link"),
    path("track/<str:code>/", case.show, name="case"),
    path("track/<str:code>/live/", case.fragment, name="live"),
    path("track/<str:code>/message/", case.message, name="message"),
    path("track/<str:code>/evidence/", case.send_evidence, name="evidence"),
    path("track/<str:code>/uploads/", uploads.begin, name="uploads"),
    path("track/<str:code>/uploads/<uuid:upload_id>/", uploads.piece, name="upload"),
    path("track/<str:code>/accept/", case.accept, name="accept"),
    path("track/<str:code>/reject/", case.reject, name="reject"),
    path("track/<str:code>/satisfaction/", case.satisfaction, name="satisfaction"),
    path("track/<str:code>/responses/<uuid:public_id>/", responses.show, name="response"),
    path("track/<str:code>/responses/<uuid:public_id>/pdf/", responses.pdf, name="response_pdf"),
    path("track/<str:code>/withdraw/", case.withdraw, name="withdraw"),
]
