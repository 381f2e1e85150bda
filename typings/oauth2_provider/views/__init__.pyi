from django.http import HttpRequest, HttpResponse
from django.views import View

class DeviceAuthorizationView(View):
    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse: ...

class TokenView(View):
    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse: ...
