from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("migrations_app", "0008_dutch_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="controltotal",
            name="made_amount",
            field=models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=24),
        ),
        migrations.AddField(
            model_name="controltotal",
            name="made_records",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
