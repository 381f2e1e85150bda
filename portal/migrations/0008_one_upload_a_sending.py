from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0007_shown_as_and_captions'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='upload',
            name='portal_one_upload_a_copy',
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.UniqueConstraint(fields=('clip_id', 'copy', 'sending'), name='portal_one_upload_a_sending'),
        ),
    ]
