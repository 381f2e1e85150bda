from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import User
from django.db import models

class DeviceGrant(models.Model):
    AUTHORIZED: str
    AUTHORIZATION_PENDING: str
    EXPIRED: str
    DENIED: str
    id: int
    user: User | None
    device_code: str
    user_code: str
    scope: str
    status: str
    client_id: str
    expires: datetime
    objects: ClassVar[models.Manager[DeviceGrant]]
    def is_expired(self) -> bool: ...

class AccessToken(models.Model):
    id: int
    user: User | None
    expires: datetime
    objects: ClassVar[models.Manager[AccessToken]]

class RefreshToken(models.Model):
    id: int
    user: User
    access_token: AccessToken | None
    objects: ClassVar[models.Manager[RefreshToken]]

def set_token_value(token_instance: AccessToken | RefreshToken, raw_token: str) -> None: ...

class Application(models.Model):
    client_id: str
    objects: ClassVar[models.Manager[Application]]
