"""The number on a sheet that shows on which side paper prints."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from server.domain.printing.printers import check_number, is_read


@given(st.uuids(), st.integers(0, 999))
def test_only_the_three_digits_of_the_job_itself_are_right(job: UUID, typed: int):
    number = check_number(str(job))
    assert number.isdecimal()
    assert 100 <= int(number) <= 999
    assert is_read(str(job), f" {number[0]} {number[1:]}\t")
    assert is_read(str(job), str(typed)) == (str(typed) == number)


def test_every_number_from_100_to_999_is_given():
    numbers = {check_number(str(UUID(int=each))) for each in range(900)}
    assert numbers == {str(each) for each in range(100, 1_000)}
