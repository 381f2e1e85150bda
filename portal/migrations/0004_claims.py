"""Who looks at which clip, and more of what the history tells."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("portal", "0003_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("clip", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="claim", to="portal.clip")),
                ("moderator", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="claims", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AlterField(
            model_name="event",
            name="what",
            field=models.CharField(choices=[("received", "Received"), ("in_review", "Being looked at"), ("published", "Published"), ("sent_back", "Sent back"), ("withdrawn", "Withdrawn"), ("checked", "Checked"), ("claimed", "Claimed"), ("taken_over", "Taken over"), ("put_back", "Put back"), ("note", "Note")], max_length=12),
        ),
    ]
