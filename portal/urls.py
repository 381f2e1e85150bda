"""Addresses. The intake's are in portal/intake/app.py."""

from django.contrib import admin
from django.urls import path

from portal import api, pages
from portal.device_flow import DeviceAuthorizationView, TokenView

urlpatterns = [
    path(".well-known/diary-portal", api.discovery, name="discovery"),
    path("o/device-authorization/", DeviceAuthorizationView.as_view(), name="device-authorization"),
    path("o/token/", TokenView.as_view(), name="token"),
    path("api/clips/<str:clip_id>/receipt", api.receipt, name="receipt"),
    path("api/clips/<str:clip_id>", api.clip, name="clip-stage"),
    path("device", pages.device, name="device"),
    path("clips/<uuid:clip_id>", pages.clip, name="clip"),
    path("admin/", admin.site.urls),
]
