"""Comments, plays, and slips with which clips are withdrawn."""

import django.db.models.deletion
import portal.models
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from portal import slips


def give_slips(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Clips that came before there were slips can be withdrawn with one, too."""
    clips = apps.get_model("portal", "Clip").objects
    for clip_id in clips.filter(slip="").values_list("clip_id", flat=True):
        clips.filter(clip_id=clip_id).update(slip=slips.kept(slips.code_of(clip_id)))


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0005_copies_and_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='clip',
            name='slip',
            field=models.CharField(blank=True, db_index=True, help_text='The keyed hash of its slip’s code', max_length=64),
        ),
        migrations.AlterField(
            model_name='event',
            name='what',
            field=models.CharField(choices=[('received', 'Received'), ('in_review', 'Being looked at'), ('published', 'Published'), ('sent_back', 'Sent back'), ('withdrawn', 'Withdrawn'), ('checked', 'Checked'), ('claimed', 'Claimed'), ('taken_over', 'Taken over'), ('put_back', 'Put back'), ('note', 'Note'), ('removed', 'Removed')], max_length=12),
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', portal.models.RandomKey(default=portal.models.random_key, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('text', models.TextField()),
                ('name', models.CharField(blank=True, help_text='What the writer wants to be called; empty: no name', max_length=60)),
                ('signed', models.BooleanField(default=False, help_text='The name is that of the account that wrote it')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('approved', 'On the page'), ('refused', 'Not on the page')], default='waiting', max_length=8)),
                ('reason', models.TextField(blank=True, help_text="The moderator's words to the writer")),
                ('code', models.CharField(help_text="The keyed hash of the writer's private code", max_length=64, unique=True)),
                ('clip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='portal.clip')),
            ],
            options={
                'ordering': ('day', 'id'),
            },
        ),
        migrations.CreateModel(
            name='CommentEvent',
            fields=[
                ('id', portal.models.RandomKey(default=portal.models.random_key, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('day', models.DateField()),
                ('what', models.CharField(choices=[('waiting', 'Waiting'), ('approved', 'On the page'), ('refused', 'Not on the page')], max_length=8)),
                ('reason', models.TextField(blank=True)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='portal.comment')),
            ],
            options={
                'ordering': ('number',),
            },
        ),
        migrations.CreateModel(
            name='Plays',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('count', models.PositiveIntegerField(default=0)),
                ('clip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='plays', to='portal.clip')),
            ],
        ),
        migrations.CreateModel(
            name='CommentClaim',
            fields=[
                ('comment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='claim', serialize=False, to='portal.comment')),
                ('until', models.DateTimeField()),
                ('moderator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['state', 'day'], name='portal_comments_to_read'),
        ),
        migrations.AddConstraint(
            model_name='commentevent',
            constraint=models.UniqueConstraint(fields=('comment', 'number'), name='portal_one_event_a_number'),
        ),
        migrations.AddConstraint(
            model_name='plays',
            constraint=models.UniqueConstraint(fields=('clip', 'day'), name='portal_one_count_a_day'),
        ),
        migrations.RunPython(give_slips, migrations.RunPython.noop),
    ]
