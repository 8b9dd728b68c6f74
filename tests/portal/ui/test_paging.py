"""Pages of a list that only grows."""

import pytest

from portal.office.models import Office
from portal.ui.paging import CappedPaginator
from tests.factories import OfficeFactory


@pytest.fixture
def offices(db):
    OfficeFactory.create_batch(5)
    return Office.objects.order_by("name")


def test_counts_no_further_than_its_cap(offices):
    paginator = CappedPaginator(offices, 2, most=3)
    assert (paginator.count, paginator.num_pages, paginator.is_capped) == (3, 2, True)
    assert list(paginator.get_page(9)) == [offices[2]]


@pytest.mark.parametrize("most", [5, 6])
def test_is_not_capped_when_all_is_there(offices, most):
    paginator = CappedPaginator(offices, 2, most=most)
    assert (paginator.count, paginator.is_capped) == (5, False)


def test_counts_once(offices, django_assert_num_queries):
    paginator = CappedPaginator(offices, 2, most=3)
    with django_assert_num_queries(1):
        assert paginator.is_capped
        assert paginator.count == 3
