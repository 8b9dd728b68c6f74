from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="checked_at",
            field=models.DateTimeField(null=True, verbose_name="intrekking gecontroleerd"),
        ),
        migrations.AddField(
            model_name="certificate",
            name="check_tried_at",
            field=models.DateTimeField(null=True, verbose_name="laatste poging tot controle"),
        ),
    ]
