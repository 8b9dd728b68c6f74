from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0007_shared_cache")]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["office", "actor", "-at"], name="audit_office_actor"),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["office", "act", "-at"], name="audit_office_act"),
        ),
    ]
