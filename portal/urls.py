"""Addresses. The intake's are in portal/intake/app.py."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import path

from portal import api, captions, comment_pages, media, openapi, pages, slip_pages
from portal.device_flow import DeviceAuthorizationView, TokenView
from portal.health import health

handler500 = "portal.trouble.answer"
urlpatterns = [
    path("", pages.home, name="home"),
    path("queue", pages.queue, name="queue"),
    path("clips/<uuid:clip_id>", pages.clip, name="clip"),
    path("clips/<uuid:clip_id>/publish", pages.publish, name="publish"),
    path("clips/<uuid:clip_id>/send-back", pages.send_back, name="send-back"),
    path("clips/<uuid:clip_id>/put-back", pages.put_back, name="put-back"),
    path("clips/<uuid:clip_id>/take-over", pages.take_over, name="take-over"),
    path("clips/<uuid:clip_id>/keep", pages.keep, name="keep"),
    path("clips/<uuid:clip_id>/note", pages.note, name="note"),
    path("clips/<uuid:clip_id>/withdraw", pages.withdraw, name="withdraw"),
    path("clips/<uuid:clip_id>/media", media.media, name="media"),
    path("clips/<uuid:clip_id>/poster", media.poster, name="poster"),
    path("clips/<uuid:clip_id>/captions.vtt", captions.track, name="captions"),
    path("clips/<uuid:clip_id>/certificate", slip_pages.certificate, name="certificate"),
    path("clips/<uuid:clip_id>/comment", comment_pages.add, name="comment-add"),
    path("clips/<uuid:clip_id>/view", comment_pages.view, name="view"),
    path("clips/<uuid:clip_id>/play", comment_pages.play, name="play"),
    path("comments/<int:comment_id>", comment_pages.comment, name="comment"),
    path("comments/<int:comment_id>/approve", comment_pages.approve, name="comment-approve"),
    path("comments/<int:comment_id>/refuse", comment_pages.refuse, name="comment-refuse"),
    path("comments/<int:comment_id>/put-back", comment_pages.put_back, name="comment-put-back"),
    path("comments/<int:comment_id>/undo", comment_pages.undo, name="comment-undo"),
    path("my-comment", comment_pages.mine, name="my-comment"),
    path("slip", slip_pages.slip, name="slip"),
    path("device", pages.device, name="device"),
    path("sign-in", pages.SignInView.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("health", health, name="health"),
    path(".well-known/diary-portal", api.discovery, name="discovery"),
    path("o/device-authorization/", DeviceAuthorizationView.as_view(), name="device-authorization"),
    path("o/token/", TokenView.as_view(), name="token"),
    path("api/openapi.json", openapi.serve, name="openapi"),
    path("api/clips", api.stages, name="clip-stages"),
    path("api/clips/<str:clip_id>/receipt", api.receipt, name="receipt"),
    path("api/clips/<str:clip_id>/certificate", api.certificate, name="clip-certificate"),
    path("api/clips/<str:clip_id>/captions", captions.put, name="clip-captions"),
    path("api/clips/<str:clip_id>/withdraw", api.withdraw, name="clip-withdraw"),
    path("api/clips/<str:clip_id>", api.clip, name="clip-stage"),
    path("admin/login/", pages.admin_sign_in, name="admin-sign-in"),
    path("admin/", admin.site.urls),
]
