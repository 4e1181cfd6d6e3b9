"""One plan of the company a year, one sheet a vacancy: the database itself refuses a second one, on SQLite too."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from plans_cast import plan_of_2026
from salesyear.core.scope import Scope
from salesyear.plans.models import Sheet

pytestmark = pytest.mark.django_db


def test_a_second_plan_of_the_company_for_a_year_is_refused(cast: Cast) -> None:
    plan = plan_of_2026(cast).plan
    plan.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        plan.save(force_insert=True)


def test_a_second_sheet_of_a_vacancy_is_refused(cast: Cast) -> None:
    version = plan_of_2026(cast)
    sheet = Sheet.objects.within(Scope.system("a vacancy")).filter(version=version)[0]
    sheet.rep = None
    for refused in (False, True):
        sheet.pk = None
        if refused:
            with pytest.raises(IntegrityError), transaction.atomic():
                sheet.save(force_insert=True)
        else:
            sheet.save(force_insert=True)
