"""The app itself, as the one client that may ask to be let in: public (it keeps no secret), by device code."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CLIENT_ID = "diary-app"


def add_client(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("oauth2_provider", "Application").objects.get_or_create(
        client_id=CLIENT_ID,
        defaults={
            "name": "The diary app",
            "client_type": "public",
            "authorization_grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_secret": "",
        },
    )


def remove_client(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("oauth2_provider", "Application").objects.filter(client_id=CLIENT_ID).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0001_initial"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]
    operations = [migrations.RunPython(add_client, remove_client)]
